import { configurationHelp } from './configuration/help.js';
import { examplesOf, type ExampleContext } from './examples.js';
import type { Answer } from '../core/answer.js';
import type { Estate, Person, Role } from '../core/estate.js';
import type { Millis } from '../core/names.js';
import type { State } from '../core/state.js';
import { actions, aliasesOf, operations, type Action, type CommandClass } from './grammar.js';

const about: Record<Action, string> = {
  query: 'show sites, hosts, VMs, runs, incidents and more; changes nothing',
  discover: 'read the active site: hosts, VMs, disks, mirroring; runs at once',
  verify: 'ask whether the backup site could take the VMs now; runs at once',
  move: 'move VMs to the other site; needs approval',
  cleanup: 'remove what a move left behind at the old site; needs approval',
  resync: 'mirror the active site onto the one that was left; needs approval',
  recover: 'start VMs that a move left behind; needs approval',
  restart: 'restart VMs on another host of their group, inside the site; needs approval', lpm: 'move running VMs live to another host of the site; needs approval',
  inject: 'make something fail on purpose, in a simulated or test estate', revert: 'end a failure that was injected', stop: 'stop automation: nothing begins by itself any more; anyone may', start: 'let automation go on',
  run: 'run a runbook by its name; its gate says who must approve', retry: 'try a failed step again', resend: 'send a message that failed once more', skip: 'go on without a failed step, under a waiver that names the reason', confirm: 'say that a task of a run is done',
  approve: 'say yes to a plan', reject: 'say no to a plan', hold: 'stop a run at the next step; anyone may', resume: 'let a held or waiting run go on; needs the quorum again',
  cancel: 'end a run before it is complete', why: 'why a run stands where it stands, and who can do what', review: 'every step of a plan', acknowledge: 'say that you look after an incident, for a time', unacknowledge: 'say that you no longer do', close: 'say that an incident is over, where nothing that Lifeboat sees ever will',
  help: 'this list; help ACTION CLASS explains one', code: 'a one-time code to link Slack (code slack) or Teams (code teams), or to sign in the command line (code cli)', unlink: 'undo a link: unlink slack',
  authorise: 'let a quorum sign in advance that a lost site is moved without asking', revoke: 'take back what a quorum signed in advance; anyone may',
  add: 'make a cluster, site, HMC, host, host group, workgroup, storage agent, contact, script, on-call schedule, escalation or snapshot', modify: 'change attributes; modify system -? lists those of a cluster', delete: 'take something out, in reverse order of making it', pair: 'pair a host with one at the backup site',
  manage: 'protect a VM or a disk', unmanage: 'leave a VM or a disk alone', restore: 'bring the VMs of a host back to it, live (needs approval), or the configuration of a snapshot', report: 'counts of all there is; -v in front for the long form',
  swap: 'change shifts on call with somebody', escalate: 'call the next in the chain of an incident now',
  delegate: 'while you are away, let somebody else decide in your place; delegate off ends it',
};

/** One of these roles is enough. What is not named here anybody may do: look, hold, and answer a task whose step names the role. */
const needs: Partial<Record<Action, readonly Role[]>> = {
  restart: ['operator'], lpm: ['operator'], inject: ['operator'], revert: ['operator'], start: ['operator'],
  run: ['operator'], authorise: ['operator'], discover: ['operator'], verify: ['operator'], move: ['operator', 'requester'], cleanup: ['operator'], resync: ['operator'], recover: ['operator'], approve: ['approver'],
  reject: ['approver', 'operator', 'requester'], cancel: ['approver', 'operator', 'requester'], resume: ['approver', 'operator'], retry: ['approver', 'operator'], resend: ['operator'], close: ['operator'], swap: ['operator', 'approver'], escalate: ['operator', 'approver'], skip: ['approver', 'operator'], delegate: ['approver', 'operator'],
  add: ['operator'], modify: ['operator'], delete: ['operator'], pair: ['operator'], manage: ['operator'], unmanage: ['operator'], restore: ['operator'],
};

/** Whether somebody's roles allow an action at all; what it may be done to is another question, which the desk asks when it is. */
export const mayRun = (action: Action, person: Person): boolean => needs[action]?.some((role) => person.roles.includes(role)) ?? true;

/** Only what this person may run here, with examples from their own estate (approval-ux.md rule 20). */
export function help(action: Action | null, kind: CommandClass | null, person: Person, estate: Estate, state: State, now: Millis): Answer {
  const may = (each: Action): boolean => mayRun(each, person);
  const context: ExampleContext = { person, estate, state, now };
  if (action === null || action === 'help') {
    const mine = actions.filter(may);
    return { kind: 'help', status: 0, title: 'What you can do here', lines: [...mine.map((each) => `${each.padEnd(12)} ${about[each]}`), '', 'Form: ACTION CLASS [NAME] [ATTR=VALUE ...]; a line pasted with its ksysmgr prefix works too.'], examples: mine.flatMap((each) => examplesOf(each, null, context, operations[each]).slice(0, 1)) };
  }
  const takes = operations[action];
  const attributes: Partial<Record<Action, string[]>> = {
    move: kind === 'host_group' || kind === 'workgroup' ? ['NAME', 'to=<site>', '[dr_type=<planned | unplanned>]', '[dr_test=<yes | no>]', '[cleanup=<yes | no>]', '[reason="..."]'] : ['from=<site>', 'to=<site>', '[dr_type=<planned | unplanned>]', '[dr_test=<yes | no>]', '[cleanup=<yes | no>]', '[tenant=<name>]', '[reason="..."]', '[at=<date>T<hh:mm>]', '[window=<length, such as 2h>]'],
    discover: ['NAME', '[tenant=<name>]'], verify: ['NAME', '[dr_test=<yes | no>]', '[tenant=<name>]'], cleanup: ['NAME', '[dr_test=<yes | no>]', '[tenant=<name>]', '[reason="..."]'], resync: ['NAME', '[tenant=<name>]', '[reason="..."]'], recover: ['NAME', '[tenant=<name>]'],
    restart: ['NAME[,NAME...]', '[to=<host>]', '[reason="..."]'], lpm: ['NAME[,NAME...]', '[to=<host>]', '[validate=yes]', '[reason="..."]'], restore: ['NAME', '[reason="..."]'], inject: ['NAME', '[failure=<which>]'], revert: ['NAME', '[failure=<which>]'], stop: ['[reason="..."]'], start: [],
    run: ['NAME', 'site=<site> | host_group=<name> | from=<site> to=<site>', '[tenant=<name>]', '[reason="..."]', '[dry_run=yes]'], retry: ['RUN', '[step=<step>]'], skip: ['RUN', '[step=<step>]', 'waiver="..."'], confirm: ['RUN', '[step=<step>]', '[<field>=<value> ...]'],
    approve: ['RUN', '[step=<step>]', '[attest=<host>]', '[target=<name>]', '[number=<two digits>]', '[break_glass=<rule,rule> reason="..."]'], reject: ['RUN', '[reason="..."]'], hold: ['RUN', '[reason="..."]'], resume: ['RUN'], cancel: ['RUN', '[reason="..."]', '[force=yes]'], why: ['RUN'], review: ['RUN'], query: kind === 'event' ? ['[NAME]', '[type=<error | warning | info>]', '[known=yes]'] : kind === 'incident' ? ['[NAME]', '[group=<incident>]'] : kind === 'delivery' ? ['[MESSAGE]', '[status=<failed | queued | kept | sent | delivered | unproven | fell-back>]', '[surface=<slack | teams | email | sms | web>]'] : ['[NAME]'], resend: ['MESSAGE'], ...(kind === 'override' ? { add: ['on_call=<schedule>', 'person=<name>', '[from=<date>T<hh:mm>]', 'for=<length, such as 12h> | until=<date>T<hh:mm>', '[reason="..."]'], delete: ['O-1'] } : {}), acknowledge: ['INCIDENT', '[for=<time, such as 1h> | until=<date>T<hh:mm>]'], unacknowledge: ['INCIDENT'], close: ['INCIDENT', 'reason="..."'], ...(kind === 'silence' ? { add: ['[tenant=<name>]', '[event=<NAME or PART_*>]', '[entity=<name or part*>]', '[class=<class>]', '[severity=<warning | critical>]', '[from=<date>T<hh:mm>]', 'for=<time, such as 2h> | until=<date>T<hh:mm>', 'reason="..."'], delete: ['L-1'] } : {}), ...(kind === 'opt_out' ? { delete: ['NAME', 'reason="..."'] } : {}), escalate: ['INCIDENT'], swap: ['NAME', 'with=<person>', '[mine=<date>T<hh:mm>]', '[theirs=<date>T<hh:mm>]', '[reason="..."]'], code: ['<slack | cli>'], authorise: ['from=<site>', 'to=<site>', 'dr_type=unplanned', '[tenant=<name>]', 'between=<hh:mm>-<hh:mm>', '[days=<mon,tue,...>]', 'lost=<time, such as 5m>', 'lag=<time, such as 10s>', 'expires=<time, such as 7d>', 'reason="..."'], revoke: ['S-1', '[reason="..."]'], delegate: ['to=<person>', 'until=<date>T<hh:mm>', '[reason="..."]'],
  };
  const lines = [about[action], ''];
  if (!may(action)) lines.push(`You may not run it: it needs the role ${needs[action]!.join(' or ')}.`, '');
  if (takes && kind === null) lines.push(`Classes: ${takes.join(', ')}`);
  else lines.push(`${action}${kind === null ? '' : ` ${kind}`}`, ...((kind === null ? null : configurationHelp(action, kind)) ?? attributes[action] ?? []).map((each) => (each === '' ? '' : `       ${each}`)));
  for (const word of [action, kind]) if (word !== null && aliasesOf(word).length > 0) lines.push(`    ${word} => ${aliasesOf(word).join(', ')}`);
  return { kind: 'help', status: 0, title: `${action}${kind === null ? '' : ` ${kind}`}`, lines, examples: may(action) ? examplesOf(action, kind, context, takes) : [] };
}
