import { approverWishes, channelWishes, incidentWishes, personalWishes, standingWishes, stepWishes, toActions } from '../../src/chatops/actions.js';
import { answerView } from '../../src/chatops/views/answer.js';
import { approvalRequestView, planView } from '../../src/chatops/views/approval.js';
import { digestView, handoverView } from '../../src/chatops/views/duty.js';
import { heartbeatView } from '../../src/chatops/views/heartbeat.js';
import { incidentView, notificationView } from '../../src/chatops/views/incident.js';
import { journalHeadView } from '../../src/chatops/views/journal-head.js';
import { outcomeView } from '../../src/chatops/views/outcome.js';
import { pageView } from '../../src/chatops/views/page.js';
import { runView } from '../../src/chatops/views/run.js';
import { silenceView } from '../../src/chatops/views/silence.js';
import { standingView } from '../../src/chatops/views/standing.js';
import { stepRequestView } from '../../src/chatops/views/step-request.js';
import { storyView } from '../../src/chatops/views/story.js';
import type { View } from '../../src/chatops/views/view.js';
import type { Answer } from '../../src/core/answer.js';
import type { JournalEntry } from '../../src/core/event.js';
import type { Plan, Step } from '../../src/core/plan.js';
import { personOf } from '../../src/core/estate.js';
import type { RunStatus } from '../../src/core/run-state.js';
import type { StandingAuthority } from '../../src/core/standing-authority.js';
import type { CardAction } from '../../src/ports/channel.js';
import { fakeButtons } from './fakes.js';
import { anEstate, anIncident, aPlan, noon, Story } from './fixture.js';
import { inStatus } from './statuses.js';

/** A message as it goes out, before any surface. `live`: it is edited as long as it matters. `line`: it stands in a thread. */
export interface Message { readonly name: string; readonly view: View; readonly actions: readonly CardAction[]; readonly now: number; readonly live?: true; readonly line?: true; /** Its words are other people's. */ readonly foreign?: true }

const pressable = (wishes: Parameters<typeof toActions>[0]): Promise<CardAction[]> => toActions(wishes, fakeButtons());

async function runMessage(name: string, story: Story): Promise<Message> {
  return { name, view: runView(story.run(), story.state, story.context), actions: await pressable(channelWishes(story.run())), now: story.now, live: true };
}

async function requestMessage(name: string, story: Story, reader = 'ben', reminder = false): Promise<Message> {
  return { name, view: approvalRequestView(story.run(), reader, 1, story.state, story.context, { reminder, smsCode: '7K2F' }), actions: await pressable(approverWishes(story.run(), reader, 1, story.state, story.now)), now: story.now, live: true };
}

const answerMessage = (name: string, answer: Answer, story = inStatus.proposed()): Message => ({ name, view: answerView(answer, story.state, story.context), actions: [], now: story.now });

const step = (id: string, kind: string, args: Step['args']): Step => ({ ...aPlan().steps[0]!, id, kind, says: `${kind} ${id}`, entity: { class: 'runbook', name: id }, args });
const questions: readonly Step[] = [
  step('storage', 'approval', { people: 1, role: 'approver', text: 'The storage is ready' }),
  step('ticket', 'ask', { role: 'operator', text: 'Write the change ticket', form: [{ name: 'ticket', label: 'Number of the ticket', pattern: null, required: true }, { name: 'note', label: 'What the bridge should know', pattern: null, required: false }] }),
];

async function stepMessage(name: string, id: string, reader: string, more: (story: Story) => void = () => undefined): Promise<Message> {
  const story = new Story();
  story.propose(aPlan({ steps: [...aPlan().steps, ...questions] }));
  story.approve('ben');
  story.grantAndStart();
  story.add({ type: 'step.started', run: 'R-12', step: id, attempt: 1, key: 'k' });
  more(story);
  const asked = story.run().plan.steps.find((each) => each.id === id)!;
  return { name, view: stepRequestView(story.run(), asked, reader, story.state, story.context), actions: await pressable(stepWishes(story.run(), asked, reader, story.state)), now: story.now, live: true };
}

function storyLine(name: string, story: Story, entry: JournalEntry): Message {
  return { name, view: storyView(entry, story.run(), story.state)!, actions: [], now: story.now, line: true };
}

/** A call, the card at a change of shift, and digests. */
async function dutyMessages(): Promise<Message[]> {
  const base = anEstate();
  const estate = { ...base, escalations: [], onCall: [{ name: 'dr-primary', tenants: 'all' as const, source: { kind: 'rotation' as const, people: ['ana', 'ben'], from: '2026-11-16', handover: '09:00', shiftDays: 7 } }] };
  const calling = (more: (story: Story) => void = () => undefined): Story => {
    const story = new Story(estate);
    story.propose(aPlan({ because: { incident: 'I-3', reason: null } }));
    story.add({ type: 'incident.opened', incident: anIncident() });
    story.add({ type: 'incident.proposed', incident: 'I-3', run: 'R-12' });
    story.add({ type: 'escalation.started', incident: 'I-3', policy: 'all', repeat: 0, steps: [{ afterMs: 0, to: ['on_call:dr-primary', 'ben'] }, { afterMs: 600_000, to: ['ben'] }] });
    story.add({ type: 'incident.paged', incident: 'I-3', level: 0, people: ['ana', 'ben'], because: 'due' });
    more(story);
    return story;
  };
  const page = async (name: string, story: Story): Promise<Message> => {
    const incident = story.state.incidents.get('I-3')!;
    const view = pageView(incident, 0, 'ana', story.state, story.context, '7K2F')!;
    return { name, view, actions: await pressable(incidentWishes('I-3', story.run(), incident.resolvedAt !== null).filter(({ verb }) => verb !== 'acknowledge' || view.data.open)), now: story.now, live: true };
  };
  const story = calling();
  const shift = story.add({ type: 'shift.changed', schedule: 'dr-primary', from: 'ben', to: 'ana', until: noon + 7 * 86_400_000 });
  const digest = story.add({ type: 'digest.made', person: 'ana', from: noon - 86_400_000, until: noon + 1_000, because: 'daily' });
  const quiet = story.add({ type: 'digest.made', person: 'ana', from: noon - 9 * 3_600_000, until: noon + 1_000, because: 'quiet-hours' });
  const ana = personOf(estate, 'ana')!;
  const alive = story.add({ type: 'heartbeat.told', day: '2026-11-21' });
  const nobody = new Story(estate);
  const empty = nobody.add({ type: 'shift.changed', schedule: 'dr-primary', from: 'ana', to: null, until: null });
  return [
    await page('page-open', story), await page('page-looked-after', calling((each) => { each.add({ type: 'incident.acknowledged', incident: 'I-3', by: 'ben', until: noon + 3_600_000 }); })), await page('page-over', calling((each) => { each.add({ type: 'incident.resolved', incident: 'I-3', evidence: [] }); })),
    { name: 'heartbeat', view: heartbeatView(alive, story.state, story.context)!, actions: [], now: noon },
    { name: 'handover', view: handoverView(shift, ana, story.state, story.context)!, actions: [], now: noon }, { name: 'handover-nobody', view: handoverView(empty, ana, nobody.state, nobody.context)!, actions: [], now: noon },
    { name: 'digest-daily', view: digestView(digest, ana, [], story.state, story.context)!, actions: [], now: noon }, { name: 'digest-quiet-hours', view: digestView(quiet, ana, [anIncident({ severity: 'warning' })], story.state, story.context)!, actions: [], now: noon },
  ];
}

async function incidentMessages(): Promise<Message[]> {
  const story = new Story();
  story.propose(aPlan({ because: { incident: 'I-3', reason: null } }));
  story.add({ type: 'incident.opened', incident: anIncident() });
  story.add({ type: 'incident.proposed', incident: 'I-3', run: 'R-12' });
  const open = story.state.incidents.get('I-3')!;
  const over = anIncident({ resolvedAt: noon - 1_000, count: 4, severity: 'warning' });
  return [
    { name: 'incident-open', view: incidentView(open, story.state, story.context), actions: await pressable(incidentWishes('I-3', story.run(), false)), now: noon, live: true },
    { name: 'incident-over', view: incidentView(over, new Story().state, story.context), actions: [], now: noon, live: true },
    { name: 'notification-open', view: notificationView(open, story.state, story.context), actions: [], now: noon },
    { name: 'notification-over', view: notificationView(over, new Story().state, story.context), actions: [], now: noon },
  ];
}

async function standingMessages(): Promise<Message[]> {
  const plan = aPlan();
  const authority: StandingAuthority = {
    id: 'S-1', tenant: 'cluster01', operation: plan.operation, runbook: 'unplanned-move', conditions: { from: '02:00', until: '06:00', days: ['sat', 'sun'], lostForMs: 300_000, lagMaxMs: 10_000 }, gate: plan.gate, bound: { runbook: 'v', estate: 'e' },
    expiresAt: noon + 7 * 86_400_000, reason: 'nobody is near at night', proposedBy: 'ana', digest: 'd',
  };
  const story = new Story();
  const message = async (name: string): Promise<Message> => ({ name, view: standingView(story.state.standing.get('S-1')!, story.state, story.context), actions: await pressable(standingWishes(story.state.standing.get('S-1')!)), now: noon, live: true });
  story.add({ type: 'standing.proposed', authority });
  const toSign = await message('standing-to-sign');
  story.add({ type: 'standing.signed', standing: 'S-1', by: 'ben', surface: 'slack', inForce: false });
  story.add({ type: 'standing.signed', standing: 'S-1', by: 'cy', surface: 'cli', inForce: true });
  const inForce = await message('standing-in-force');
  story.add({ type: 'standing.revoked', standing: 'S-1', by: 'dee', reason: 'somebody is near again' });
  return [toSign, inForce, await message('standing-over')];
}

async function silenceMessages(): Promise<Message[]> {
  const story = new Story();
  const message = (name: string, id: string): Message => ({ name, view: silenceView(story.state.silences.get(id)!, story.state, story.context), actions: [], now: noon, live: true });
  story.add({ type: 'silence.added', silence: { id: 'L-1', tenant: 'cluster01', matcher: { event: 'VIOS_*', entity: 'vios 1', class: null, severity: null }, from: noon - 3_600_000, until: noon + 600_000, reason: 'firmware update', by: 'ana' } });
  story.add({ type: 'silence.added', silence: { id: 'L-2', tenant: null, matcher: { event: null, entity: null, class: 'vm', severity: 'critical' }, from: noon, until: noon + 6 * 3_600_000, reason: 'monthly patches', by: 'Lifeboat', window: 'patches@0' } });
  const [added, window] = [message('silence-added', 'L-1'), message('silence-of-window', 'L-2')];
  story.add({ type: 'incident.opened', incident: anIncident({ silencedBy: 'L-1', told: 0 }) });
  story.add({ type: 'silence.ending', silence: 'L-1', open: 1 });
  const ending = message('silence-ending', 'L-1');
  story.add({ type: 'silence.ended', silence: 'L-1', by: 'ben' });
  return [added, window, ending, message('silence-ended', 'L-1')];
}

const number = (digits: string | null): View => ({ name: 'matching-number', names: ['matching-number'], tone: 'info', data: { run: 'R-12', title: aPlan().title, number: digits, expiresAt: digits === null ? null : noon + 900_000, asOf: noon } });
const head: JournalEntry = { seq: 1235, stream: 'journal', streamSeq: 1, tenant: null, actor: { kind: 'lifeboat', door: 'schedule' }, at: noon, event: { type: 'journal.head-posted', day: '2026-11-22', seq: 1234, chain: '9f3c'.repeat(16) }, digest: '', chain: '' };
const table: Answer = { kind: 'blocks', status: 0, title: 'VMs of customerA', footer: '2 VMs', json: null, blocks: ['payroll', 'billing'].map((vm) => [{ label: 'Name', value: vm }, { label: 'State', value: 'READY_TO_MOVE' }, { label: 'Disks', value: ['hdisk1 (40 GB, mirrored)', 'hdisk2 (80 GB, mirrored)'] }]) };

/** Names and reasons as they come at the worst of times. */
export const odd = {
  long: `The array controller is dead and the vendor's engineer is four hours away. ${'The bridge was told, and waits for the storage team. '.repeat(90)}`.slice(0, 4000),
  rightToLeft: 'מסד-נתונים-ראשי',
  emoji: 'payroll-🛟👩‍🚒🇫🇷',
  turned: 'pay\u202Eroll\u2066ever',
  markup: '*bold* _it_ ~no~ `code` <!channel> <@U123> <https://evil.example|x> <b>b</b> {{title}} {{{reason}}} @everyone [x](https://evil.example) &amp; | \\',
} as const;

const manyVms = Array.from({ length: 300 }, (_, index) => `accounting-database-${String(index).padStart(3, '0')}`);
const withReason = (reason: string): Plan => aPlan({ because: { incident: 'I-3', reason } });

/** Every view at least once, each state of a run, and what people and estates do to them. */
export async function everyMessage(): Promise<Message[]> {
  const queued = inStatus.granted();
  queued.add({ type: 'plan.proposed', plan: aPlan({ run: 'R-9', tenant: 'cluster02', title: 'move of customerB' }), expiresAt: null });
  queued.add({ type: 'lock.acquired', run: 'R-9', keys: ['host:u2'] });
  queued.add({ type: 'lock.requested', run: 'R-12', keys: ['host:u2', 'group:HG_A'], rank: [1, 1] });
  const proposed = inStatus.proposed();
  const failed = inStatus.running();
  const rejected = new Story();
  rejected.propose();
  const reason = new Story();
  reason.propose(withReason(odd.long));
  const estate = anEstate();
  const named = new Story({ ...estate, people: estate.people.map((person) => (person.name === 'ben' ? { ...person, displayName: `${odd.rightToLeft} ${odd.emoji}` } : person)) });
  named.propose(aPlan({ vms: [odd.rightToLeft, odd.emoji, odd.turned, odd.markup], excluded: [{ vm: odd.emoji, why: odd.markup }], because: { incident: null, reason: odd.markup }, title: `move of ${odd.rightToLeft}` }));
  const many = new Story();
  many.propose(aPlan({ vms: manyVms, excluded: manyVms.map((vm) => ({ vm, why: 'its disk hdisk1 is not mirrored to the backup site' })), evidence: manyVms.map((vm) => ({ saw: `${vm}: No Connection`, by: 'HMC vmhmc1', at: noon })), steps: manyVms.map((vm, index) => ({ ...aPlan().steps[index % 3]!, id: `s${index}`, says: `start ${vm} on snorlax` })) }));
  const ana = personOf(proposed.state.estate!, 'ana')!;
  return [
    ...await Promise.all((Object.keys(inStatus) as RunStatus[]).map((status) => runMessage(`run-${status}`, inStatus[status]()))),
    await runMessage('run-queued', queued),
    await requestMessage('approval-request-open', proposed), await requestMessage('approval-request-reminder', proposed, 'cy', true), await requestMessage('approval-request-closed', inStatus.rejected()),
    { name: 'plan', view: planView(proposed.run(), proposed.state, proposed.context), actions: await pressable(personalWishes(proposed.run(), ana, proposed.state, noon)), now: noon },
    answerMessage('plan-dry-run', { kind: 'dry-run', status: 0, plan: aPlan(), command: 'move site from=customerA to=service_provider dr_type=unplanned' }),
    await stepMessage('step-request-approval', 'storage', 'cy'), await stepMessage('step-request-form', 'ticket', 'ana'),
    await stepMessage('step-request-closed', 'storage', 'cy', (story) => { story.add({ type: 'step.answered', run: 'R-12', step: 'storage', answer: 'yes', by: 'cy', surface: 'slack', form: {}, reason: null }); }),
    storyLine('story-approved', rejected, rejected.approve('ben')), storyLine('story-failed', failed, failed.step('start', 'failed', 'snorlax has no memory left')),
    ...await incidentMessages(), ...await dutyMessages(),
    ...(['succeeded', 'exceptions', 'rejected'] as const).map((status): Message => { const story = inStatus[status](); return { name: `run-outcome-${status}`, view: outcomeView(story.run(), story.state, story.context), actions: [], now: story.now }; }),
    { name: 'matching-number-open', view: number('47'), actions: [], now: noon, live: true }, { name: 'matching-number-closed', view: number(null), actions: [], now: noon, live: true },
    { name: 'journal-head', view: journalHeadView(head)!, actions: [], now: noon },
    ...await standingMessages(), ...await silenceMessages(),
    answerMessage('decision-done', { kind: 'decision', status: 0, run: 'R-12', code: 'waiting', sentence: 'Your approval of R-12 is recorded. 1 more is needed, from cy.', next: ['why R-12'] }),
    answerMessage('decision-not-done', { kind: 'decision', status: 1, run: 'R-12', code: 'already-decided', sentence: 'R-12 was approved by ana and ben at 14:02:10 UTC; it is running now.', next: ['why R-12'] }),
    answerMessage('refusal', { kind: 'refusal', status: 1, code: 'not-an-operator', what: 'You may not close an incident: it needs the role operator.', next: 'You may say that you look after it.', command: 'acknowledge I-3' }),
    answerMessage('blocks', table), answerMessage('help', { kind: 'help', status: 0, title: 'move site', lines: ['move VMs to the other site; needs approval', '', 'move site', '       from=<site>', '       to=<site>'], examples: ['move site from=customerA to=service_provider dr_type=planned'] }),
    answerMessage('said', { kind: 'said', status: 0, text: 'Automation is stopped: nothing begins by itself any more.', next: ['start automation'], json: null }),
    { ...await runMessage('odd-long-reason', reason), foreign: true }, { ...await requestMessage('odd-names', named), foreign: true }, { ...await runMessage('odd-300-vms', many), foreign: true },
    { name: 'odd-300-vms-plan', view: planView(many.run(), many.state, many.context), actions: [], now: noon, foreign: true },
    { ...answerMessage('odd-refusal', { kind: 'refusal', status: 4, code: 'x', what: `There is no VM ${odd.markup} ${odd.turned}.`, next: odd.long, command: `query vm ${odd.markup}` }), foreign: true },
  ];
}
