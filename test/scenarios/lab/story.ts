import { startSchedule } from '../../../src/desk/schedule.js';
import type { CallFault } from '../../../src/lab/process.js';
import type { ExternalActions } from '../../../src/ports/external-actions.js';
import { DriverError } from '../../../src/ports/world.js';
import { clockEstate, customersEstate, demoEstate, hadrEstate, narrowEstate, productionEstate, scriptsEstate, tinyEstate, twoGroupEstate } from './estates.js';
import { createLab, makeReady, type LabNode } from './lab.js';
import { answerWords, effectWords, entryWords, ksysLines } from './words.js';

const estates = {
  demo: demoEstate, hadr: hadrEstate, scripts: scriptsEstate, tiny: tinyEstate, 'two-groups': twoGroupEstate, customers: customersEstate, narrow: narrowEstate, production: productionEstate, clock: clockEstate,
} as const;

const seconds = (text: string): number => {
  const match = /^(\d+)(s|m|h)$/.exec(text);
  if (!match) throw new Error(`'${text}' is no duration: write 90s, 5m or 2h.`);
  return Number(match[1]) * { s: 1_000, m: 60_000, h: 3_600_000 }[match[2] as 's' | 'm' | 'h'];
};

/**
 * Plays a story and answers with its log. A story has one line per act:
 *   ana: move site from=customerA to=service_provider     a person says something, in the command line
 *   inject host-down pbrazos / revert host-down pbrazos   the world
 *   refuse stop payroll / allow stop payroll              the HMC or array says no to a change of that entity; `action` and its name: a script of the customer's fails
 *   lose reverse HG_A                                     that change happens, and its answer is lost, until it is allowed again
 *   crash                                                 the process of Lifeboat dies where it stands, and another one boots
 *   ready                                                 everything is discovered and verified
 *   wait 90s                                              estate time passes
 *   show progress                                         KSYS's progress lines go into the log, too
 *   settle                                                until every run is over or waits for people
 *   daily                                                 the daily slots count from now on
 *   estate demo|hadr|scripts|tiny|two-groups|customers|narrow|production|clock [at 01:50]      first line, demo at 12:00 otherwise
 * Blank lines and lines that begin with # are for the reader; headings go into the log.
 */
export async function play(story: string): Promise<string> {
  const lines = story.split('\n').map((line) => line.trim());
  const [, name = 'demo', , time = '12:00'] = lines.find((line) => line.startsWith('estate '))?.split(' ') ?? [];
  const lab = createLab({ estate: estates[name as keyof typeof estates](), start: Date.parse(`2026-11-21T${time}:00Z`) });
  const answers = new Map<string, 'refused' | CallFault>();
  const log: string[] = [];
  const began = lab.world.world.now();
  const tell = (told: readonly string[], at = lab.world.world.now()): void => {
    const passed = Math.floor((at - began) / 1_000);
    const stamp = [Math.floor(passed / 3_600), Math.floor(passed / 60) % 60, passed % 60].map((part) => String(part).padStart(2, '0')).join(':');
    for (const line of told) log.push(`${stamp}  ${line}`.trimEnd());
  };
  const actions: ExternalActions = {
    run: async ({ name: action }, parameters) => {
      world();
      tell([`    world: action ${[action, ...Object.entries(parameters).map(([key, value]) => `${key}=${value}`)].join(' ')}${answers.has(`action ${action}`) ? ' fails' : ' is done'}`]);
      return answers.has(`action ${action}`) ? { kind: 'failed', saw: 'exit code 1' } : { kind: 'succeeded', saw: 'exit code 0' };
    },
  };
  let seen = lab.world.effects().length;
  const world = (): void => {
    const all = lab.world.effects();
    for (const { at, effect } of all.slice(seen)) { const words = effectWords(effect); if (words !== null) tell([`    world: ${words}`], at); }
    seen = all.length;
  };
  let told = true;
  let progress = false;
  const callFault = (method: string, args: readonly unknown[]): CallFault | Error | null => {
    const target = args.find((each) => answers.has(`${method} ${String(each)}`));
    const answer = target === undefined ? null : answers.get(`${method} ${String(target)}`)!;
    return answer === 'refused' ? new DriverError('refused', `HSCL0DB3 ${method} of ${String(target)} was refused.`) : answer;
  };
  const boot = async (): Promise<LabNode> => {
    const booted = await lab.boot({ monitor: true, callFault, actions });
    booted.parts.live.onEntries((entries) => { if (told) { world(); for (const entry of entries) tell([...(progress ? ksysLines(entry, booted.state) : []), ...entryWords(entry, booted.state)]); } });
    return booted;
  };
  let node = await boot();
  let stopDaily = (): void => undefined;
  try {
    for (const line of lines) {
      const [verb, ...rest] = line.split(' ') as [string, ...string[]];
      const speaks = /^(\w+): (.+)$/.exec(line);
      if (line === '' || verb === 'estate') continue;
      if (line.startsWith('#')) { if (log.length > 0) log.push(''); log.push(line); continue; }
      if (speaks) {
        tell([line]);
        const answer = await node.say(speaks[1]!, speaks[2]!);
        tell(answerWords(answer, node.state).map((each) => `  > ${each}`));
      } else if (verb === 'inject' || verb === 'revert') await lab.world.client.call(verb, rest);
      else if (verb === 'refuse') { answers.set(rest.join(' '), 'refused'); tell([`    world: from now on ${rest.join(' ')} ${rest[0] === 'action' ? 'fails' : 'is refused'}`]); }
      else if (verb === 'lose') { answers.set(rest.join(' '), 'lost-reply'); tell([`    world: from now on ${rest.join(' ')} happens, and its answer is lost`]); }
      else if (verb === 'allow') { answers.delete(rest.join(' ')); tell([`    world: ${rest.join(' ')} works again`]); }
      else if (line === 'crash') { node.process.kill(); tell(['Lifeboat dies; another process of it takes over']); node = await boot(); }
      else if (verb === 'daily') stopDaily = startSchedule(node.parts, { daily: () => () => undefined, stop: async () => undefined }, node.initiative);
      else if (verb === 'ready') { told = false; await makeReady(lab, node); told = true; tell(['everything is discovered and verified']); }
      else if (line === 'show progress') progress = true;
      else if (verb === 'wait') await lab.pass(seconds(rest[0]!));
      else if (verb === 'settle') await lab.settle(node);
      else throw new Error(`The story has a line that means nothing: ${line}`);
      world();
    }
    tell([`in the end: ${[...node.state.groups.values()].map((group) => `${group.group} is active at ${group.activeSite}, ${group.replication.state}${group.pending.length === 0 ? '' : `, to do: ${group.pending.map((work) => `${work.work} of ${work.site}`).join(', ')}`}`).join('; ')}`]);
    tell([...node.state.vms.values()].map((vm) => `  ${vm.vm}: ${vm.state}, ${vm.power} at ${vm.site} on ${vm.host}${vm.reason === null ? '' : ` (${vm.reason})`}`));
    tell(node.warnings.map((warning) => `  warning: ${warning}`));
    return `${log.join('\n')}\n`;
  } finally {
    stopDaily();
    await lab.close();
  }
}
