import { refusal, type Answer, type Caller } from '../../core/answer.js';
import { isDrafting, splitEstate, workingEstate, type EstateDraft } from '../../core/draft.js';
import { refuseChange } from '../../core/estate-change.js';
import { estateFlaws } from '../../core/estate-check.js';
import { estateDiff } from '../../core/estate-diff.js';
import type { Estate, Person } from '../../core/estate.js';
import { estateStream, type JournalEvent } from '../../core/event.js';
import { listed } from '../../core/listed.js';
import { missingSteps } from '../../core/missing-steps.js';
import { canonical, sha256 } from '../../core/plan.js';
import { emptyChains } from '../../core/on-call/now.js';
import { redactText } from '../../core/redact.js';
import type { State } from '../../core/state.js';
import { JournalError } from '../../ports/journal.js';
import type { ParsedCommand } from '../grammar.js';
import { actorOf, entry, record, type DeskParts } from '../parts.js';
import { sameTime } from './clusters.js';
import { refused, typed, type Outcome, type Work } from './outcome.js';
import { providersPart } from './provider.js';
import { snapshotName } from './snapshots.js';
import { configurations, type ConfigurationAction } from './table.js';

/** What takes a whole cluster away, or all there is: it is shown first, and done when it is confirmed. */
const confirmed = (command: ParsedCommand): boolean => (command.action === 'restore' || (command.action === 'delete' && command.class === 'ksyscluster') ? command.attributes.get('confirm') === 'yes' : true);

type Decided = { readonly ok: true; readonly estate: Estate; readonly draft: EstateDraft; readonly working: Estate; readonly changes: readonly string[]; /** The cluster was under construction, and is whole now. */ readonly fresh: boolean; readonly outcome: Outcome & { readonly ok: true } } | { readonly ok: false; readonly answer: Answer };

/** Configuration by command (seeds/1 section 2, seeds/2): the same roles, checks, refusals and journal entry as a changed file. */
export function createConfiguration(parts: DeskParts) {
  const state = () => parts.live.current;

  /** What the command makes of the estate in use and of what is under construction; nothing is written. */
  function decide(command: ParsedCommand, person: Person): Decided {
    const inUse = state().estate!;
    const before = workingEstate(inUse, state().draft);
    const now = parts.clock.now();
    const work: Work = { estate: before, inUse, person, command, snapshots: state().snapshots, now };
    const stranger = command.action === 'delete' && !['notify', 'script'].includes(command.class!) ? [...command.attributes.keys()].find((key) => !['tenant', 'confirm', 'dry_run'].includes(key)) : undefined;
    if (stranger !== undefined) return refused(4, 'unknown-attribute', `delete ${command.class} has no attribute '${stranger}'.`, 'Leave it out.', `delete ${command.class} ${command.name ?? 'NAME'}`);
    const outcome = configurations[command.action as ConfigurationAction][command.class!]!(work);
    if (!outcome.ok) return outcome;
    const working = outcome.estate;
    const changes = estateDiff(before, working);
    if (person.tenants !== 'all' && canonical(providersPart(before)) !== canonical(providersPart(working))) return refused(1, 'providers', 'That is the provider\'s to change: sites, machines, which VMs there are and how big they are.', `Ask ${listed(whoMay(inUse))}.`);
    const old = new Set(estateFlaws(before).map(({ what }) => what));
    const flaws = estateFlaws(working).filter(({ what }) => !old.has(what));
    if (flaws.length > 0) return refused(4, 'does-not-fit', flaws.map(({ what }) => what).join(' '), `Nothing was changed. ${flaws[0]!.remedy}`, flaws[0]!.command ?? null);
    const { estate, draft } = splitEstate(working, inUse);
    const broken = estate.tenants.flatMap((tenant) => missingSteps(working, tenant).map((step) => ({ tenant, step })));
    if (broken.length > 0) return refused(1, 'not-whole', `${broken[0]!.tenant.name} is in use, and would not be whole any more: ${broken.map(({ step }) => step.what).join(' ')}`, 'Nothing was changed. Add what takes its place first, or give up the cluster as a whole.', broken[0]!.tenant.name === outcome.tenant && command.action === 'delete' ? `delete ksyscluster ${outcome.tenant}` : broken[0]!.step.command);
    const uncalled = estate.onCall === inUse.onCall && estate.escalations === inUse.escalations ? [] : emptyChains({ ...state(), estate }, now).filter((chain) => !emptyChains(state(), now).includes(chain));
    if (uncalled.length > 0) return refused(1, 'nobody-called', `As it would be now, ${listed(uncalled)} ${uncalled.length === 1 ? 'calls' : 'call'} nobody at all.`, 'Nothing was changed. Name somebody in a step, or let a schedule have somebody on call now; query on_call says who is.', 'query on_call');
    const against = canonical(estate) === canonical(inUse) ? null : refuseChange(state(), estate, 'command');
    if (against) return refused(1, against.code, against.what, `Nothing was changed. ${against.next}`, against.command);
    return { ok: true, estate, draft, working, changes, outcome, fresh: !inUse.tenants.some(({ name }) => name === outcome.tenant) && estate.tenants.some(({ name }) => name === outcome.tenant) };
  }

  async function configure(caller: Caller, command: ParsedCommand): Promise<Answer> {
    const mayNot = refuseRole(caller.person, command, state().estate!);
    if (mayNot) {
      await record(parts, [entry('refusals', null, actorOf(caller), { type: 'command.refused', by: actorOf(caller), line: `${command.action} ${command.class ?? ''} ${command.name ?? ''}`.trim(), why: mayNot.kind === 'refusal' ? mayNot.what : '' })]);
      return mayNot;
    }
    const dryRun = command.attributes.get('dry_run');
    if (dryRun !== undefined && dryRun !== 'yes') return refusal(4, 'dry-run', `dry_run=${dryRun} is not known.`, 'Write dry_run=yes, or leave it out.');
    for (;;) {
      const head = state().heads.get(estateStream) ?? 0;
      const decided = decide(command, caller.person);
      if (!decided.ok) return decided.answer;
      if (decided.changes.length === 0) return said(decided, 'That is so already; nothing was changed.', false);
      if (dryRun === 'yes' || !confirmed(command)) return said(decided, `Nothing was changed yet. It would change this:\n${decided.changes.join('\n')}`, false, typed({ ...command, attributes: new Map([...command.attributes].filter(([key]) => key !== 'dry_run')) }, confirmed(command) ? '' : 'confirm=yes'));
      try {
        await write(caller, command, decided, head);
      } catch (error) {
        // Somebody else changed the estate at the same moment: what this one changes is worked out anew.
        if (error instanceof JournalError && error.code === 'conflict') continue;
        throw error;
      }
      return said(decided, decided.changes.join('\n'), true);
    }
  }

  async function write(caller: Caller, command: ParsedCommand, { estate, draft }: Decided & { ok: true }, head: number): Promise<void> {
    const source = redactText(`${typed(command)} by ${caller.person.name}`);
    const { estate: inUse, draft: drafted } = state();
    const events: JournalEvent[] = [
      ...(canonical(estate) === canonical(inUse) ? [] : [{ type: 'estate.imported' as const, estate, source, digest: sha256(canonical(estate)) }]),
      ...(canonical(draft) === canonical(drafted) ? [] : [{ type: 'estate.drafted' as const, draft, source }]),
    ];
    await record(parts, events.map((event) => entry(estateStream, null, actorOf(caller), event)), { [estateStream]: head });
    if (events[0]?.type === 'estate.imported') await parts.configure?.(estate).catch((error: unknown) => parts.log('the simulated world was not told of the new estate; it will be at the next start', { cause: error instanceof Error ? error.message : String(error) }));
  }

  /** What was done, what the cluster still needs, and the next command of the order in which things are made. */
  function said({ working, changes, draft, outcome, fresh }: Decided & { ok: true }, text: string, applied: boolean, first?: string): Answer {
    const tenant = working.tenants.find(({ name }) => name === outcome.tenant);
    const missing = tenant && draft.tenants.some(({ name }) => name === tenant.name) ? missingSteps(working, tenant) : [];
    const lines = [
      text, ...outcome.notes,
      ...(tenant && missing.length > 0 ? [`${tenant.name} is under construction. Still missing: ${missing.map(({ what }) => what).join(' ')}`] : []),
      ...(applied && tenant && fresh ? [`${tenant.name} is whole, and in use.`, ...sameTime(working, tenant)] : []),
    ];
    const next = first === undefined ? missing.length > 0 ? [missing[0]!.command] : applied ? afterwards(working, state(), outcome.tenant, changes) : [] : [first];
    return { kind: 'said', status: 0, text: lines.join('\n'), next, json: { applied, changes: [...changes], missing: missing.map(({ what, command }) => ({ what, command })), notes: [...outcome.notes], next } };
  }

  /** `add snapshot filepath=NAME`: the configuration under a name, before something is tried. */
  async function takeSnapshot(caller: Caller, command: ParsedCommand): Promise<Answer> {
    const mayNot = refuseRole(caller.person, command, state().estate!);
    if (mayNot) return mayNot;
    const wanted = snapshotName({ command });
    if (!wanted.ok) return wanted.answer;
    const { name } = wanted;
    if (state().snapshots.has(name)) return refusal(1, 'there', `There is a snapshot ${name} already.`, 'Snapshots are never written over: give this one another name.', `query snapshot ${name}`);
    const { estate, draft } = state();
    const { sites, tenants, contacts } = estate!;
    await record(parts, [entry(estateStream, null, actorOf(caller), { type: 'snapshot.taken', name, by: caller.person.name, estate: { sites, tenants, contacts }, draft })]);
    return { kind: 'said', status: 0, text: `The configuration is kept as ${name}: ${tenants.length} ${tenants.length === 1 ? 'cluster' : 'clusters'}, ${tenants.flatMap(({ vms }) => vms).length} VMs${isDrafting(draft) ? ', and what is under construction' : ''}. It is no copy of any VM or disk.`, next: [`restore snapshot filepath=${name}`, 'query snapshot'], json: { snapshot: name } };
  }

  return (caller: Caller, command: ParsedCommand): Promise<Answer> => (command.action === 'add' && command.class === 'snapshot' ? takeSnapshot(caller, command) : configure(caller, command));
}

const whoMay = (estate: Estate): string[] => estate.people.filter((person) => person.tenants === 'all' && person.roles.includes('operator')).map(({ name }) => name);
/** seeds/2: the provider handles every KSYS. A customer's own operator may change what is the customer's alone. */
const customers = ['vm', 'app', 'disk', 'host_group', 'workgroup', 'notify', 'script'];
function refuseRole(person: Person, { action, class: kind }: ParsedCommand, estate: Estate): Answer | null {
  if (!person.roles.includes('operator')) return refusal(1, 'not-an-operator', `You may not change the configuration: it needs the role operator.`, `Ask ${listed(whoMay(estate))}. You may look.`, `query ${kind}`);
  if (person.tenants === 'all' || customers.includes(kind!)) return null;
  return refusal(1, 'providers', `${action} ${kind} is the provider's: clusters, sites, machines, who is called, and what holds for all of a cluster.`, `Ask ${listed(whoMay(estate))}. You may change ${customers.join(', ')} of your own.`, `query ${kind}`);
}

/** What comes next where the cluster is whole: contacts, discovery, verification. After a snapshot, discovery of everything (reference/ksys.md 3.7). */
function afterwards(working: Estate, { vms }: State, name: string | null, changes: readonly string[]): string[] {
  const tenant = working.tenants.find((each) => each.name === name);
  if (changes.some((change) => /^(add|remove|change) (on-call schedule|escalation|step) /.test(change))) return ['query on_call', 'query escalation'];
  if (!tenant) return name === null && changes.some((change) => /VM|host|disk|tenant/.test(change)) ? working.tenants.filter(({ homeSite }) => homeSite !== '').map(({ homeSite }) => `discover site ${homeSite}`).slice(0, 3) : [];
  const unseen = tenant.vms.some((vm) => vm.unmanaged !== true && (vms.get(vm.name)?.observedAt ?? null) === null);
  const contacts = unseen && !working.contacts.some((contact) => contact.tenant === tenant.name) ? [`add notify user=NAME contact=ADDRESS tenant=${tenant.name}`] : [];
  const look = unseen || changes.some((change) => /^(add|remove) (VM|host |disk|workgroup)|^change (VM|host|disk) /.test(change)) ? [`discover site ${tenant.homeSite}`, `verify site ${tenant.homeSite}`] : [];
  return [...contacts, ...look];
}
