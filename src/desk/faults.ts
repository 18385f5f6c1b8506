import { refusal, type Answer, type Caller } from '../core/answer.js';
import { operatorsFor, sees, tenantOfHostGroup, tenantOfVm, type Estate, type Person } from '../core/estate.js';
import { faultStream } from '../core/event.js';
import { DriverError } from '../ports/world.js';
import type { CommandClass, ParsedCommand } from './grammar.js';
import { misread } from './corrected.js';
import { actorOf, entry, record, type DeskParts } from './parts.js';

/** What can fail, by class, as seeds/5 injects it, and the fault of the simulated world that it is. The first is meant where none is named. */
const failures: Partial<Record<CommandClass, Readonly<Record<string, string>>>> = {
  vm: { crash: 'vm-crash', hang: 'vm-hang', boot: 'boot-fails', stop: 'stop-fails', debugger: 'kernel-debugger', cpu: 'cpu-high', packets: 'packets-lost', lpm: 'lpm-refused' },
  app: { always: 'app-fails', reboot: 'app-fails-until-reboot', moved: 'app-fails-until-moved' },
  vios: { down: 'vios-down' }, host: { down: 'host-down', error: 'host-error', unreachable: 'host-unreachable', capacity: 'capacity-shrinks' }, disk: { lost: 'pool-disk-lost' }, hmc: { unreachable: 'hmc-unreachable' },
  storage_agent: { unreachable: 'storage-unreachable' }, site: { down: 'site-down' }, host_group: { replication: 'replication-broken', clone: 'clone-fails', pool: 'pool-disk-lost' }, system: { uplink: 'uplink-down' },
};
const wordsOf = new Map(Object.entries(failures).flatMap(([kind, known]) => Object.entries(known).map(([failure, fault]) => [fault, { kind, failure }] as const)));

/** `inject vm ziti032 failure=crash`, as a person types it, of a fault by the world's own name. */
export function faultCommand(action: 'inject' | 'revert', fault: string, target: string): string {
  const words = wordsOf.get(fault);
  return words ? `${action} ${words.kind} ${target === 'lifeboat' ? '' : `${target} `}failure=${words.failure}` : `${action} ${fault} ${target}`;
}

/** Failures on purpose, for a game day: in simulated estates, and in those whose owner wrote `test: true` (issue text of seeds/5; refused elsewhere). Operators only, journalled, and each with the line that ends it. */
export function createFaults(parts: DeskParts) {
  return async function inject(caller: Caller, command: ParsedCommand, action: 'inject' | 'revert'): Promise<Answer> {
    const estate = parts.live.current.estate!;
    if (!estate.simulated && estate.test !== true) return refusal(1, 'not-a-test-estate', 'Failures can be injected into simulated estates and into those marked test: true. This one is real.', 'Try it on the demo estate: LIFEBOAT_ESTATE=estates/hadr.yaml npm start', null);
    if (!parts.faults) return refusal(1, 'no-injector', 'The driver of this estate cannot make anything fail.', 'Fail it by hand, as seeds/5 does; Lifeboat sees it like any other failure.', null);
    if (!caller.person.roles.includes('operator')) return refusal(1, 'not-an-operator', `You may not ${action} failures: it needs the role operator.`, `Ask ${operatorsFor(estate, caller.person).join(' or ')}.`, null);
    const kinds = failures[command.class!]!;
    const failure = command.attributes.get('failure') ?? Object.keys(kinds)[0]!;
    const fault = kinds[failure];
    const unknown = [...command.attributes.keys()].find((key) => key !== 'failure');
    if (unknown !== undefined) return misread(command, 4, 'unknown-attribute', `${action} ${command.class} has no attribute '${unknown}'.`, unknown, ['failure'], `It takes failure=${Object.keys(kinds).join('|')}.`, `help ${action} ${command.class}`);
    if (!fault) return misread(command, 4, 'unknown-failure', `A ${command.class} has no failure '${failure}'.`, failure, Object.keys(kinds), `Known: ${Object.keys(kinds).join(', ')}.`, `help ${action} ${command.class}`);
    const target = command.class === 'system' ? 'lifeboat' : command.name;
    const targets = (await parts.faults.kinds()).find((each) => each.fault === fault)?.targets.filter((each) => mayTouch(estate, caller.person, each)) ?? [];
    if (target === null) return refusal(3, 'target-missing', `Which ${command.class} shall fail?`, targets.length === 0 ? 'There is none in this estate that could.' : `Name one of: ${targets.slice(0, 20).join(', ')}.`, null);
    if (!targets.includes(target)) return misread(command, 2, 'not-found', `There is no ${command.class} '${target}' that could fail so.`, target, targets, targets.length === 0 ? 'There is none in this estate that could.' : `Known: ${targets.slice(0, 20).join(', ')}.`, null);
    const active = (await parts.faults.active()).some((each) => each.fault === fault && each.target === target);
    if (active === (action === 'inject')) return { kind: 'said', status: 0, text: active ? `${target} has failed so already.` : `${target} has not failed so: there is nothing to end.`, next: [active ? faultCommand('revert', fault, target) : 'query fault'], json: null };
    try {
      await (action === 'inject' ? parts.faults.inject(fault, target) : parts.faults.revert(fault, target));
    } catch (error) {
      if (!(error instanceof DriverError)) throw error;
      return refusal(1, error.code, error.message, 'Nothing was changed.', 'query fault');
    }
    await record(parts, [entry(faultStream, null, actorOf(caller), { type: action === 'inject' ? 'fault.injected' : 'fault.reverted', fault, target, by: caller.person.name })]);
    return { kind: 'said', status: 0, text: action === 'inject' ? `${target} fails now (${command.class}, ${failure}). Lifeboat is not told: it has to see it.` : `${target} is well again (${command.class}, ${failure}).`, next: action === 'inject' ? [faultCommand('revert', fault, target), 'query incident'] : ['query incident'], json: { fault, target } };
  };
}

/** A tenant's people break what is theirs. */
function mayTouch(estate: Estate, person: Person, target: string): boolean {
  if (person.tenants === 'all') return true;
  const owner = tenantOfVm(estate, target)?.name ?? tenantOfHostGroup(estate, target)?.name ?? estate.tenants.find((tenant) => tenant.vms.some((vm) => vm.apps?.some((app) => app.name === target)))?.name
    ?? estate.sites.find((site) => site.name === target || [...site.hosts, ...site.hmcs, ...site.storageAgents].some((each) => each.name === target) || site.hosts.some((host) => host.vioses.includes(target)))?.tenant ?? null;
  return owner !== null && sees(person, owner);
}
