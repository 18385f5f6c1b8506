import { mayApprove } from '../core/approval-right.js';
import type { Incident } from '../core/dr-event.js';
import type { JournalEntry } from '../core/event.js';
import { timesTold } from '../core/incident-rules/told.js';
import { mutedBecause } from '../core/muted.js';
import type { IncidentId, RunId, Surface, TenantName } from '../core/names.js';
import { rosterOf } from '../core/roster.js';
import { everyStep } from '../core/plan.js';
import { isTerminal, type RunState } from '../core/run-state.js';
import { asksPeople, mayAnswer } from '../core/step-answer.js';
import type { State } from '../core/state.js';
import type { Target } from '../ports/channel.js';
import type { Wanted } from '../ports/outbox.js';
import { runOf, tellsStory } from './views/story.js';

/** Surfaces with conversations: one message per run, edited, with a thread. */
const chatSurfaces: readonly Surface[] = ['slack', 'teams', 'web'];
export const isEdited = (surface: Surface): boolean => chatSurfaces.includes(surface);

/**
 * The messages that should exist after these entries. Pure and repeatable: the same entries and state give the same rows, and a key never changes its meaning.
 * `state` holds the entries already (it may hold later ones: messages are rendered from the state at sending, so they are then simply newer).
 */
export function wantedMessages(entries: readonly JournalEntry[], state: State, surfaces: readonly Surface[]): Wanted[] {
  const wanted = new Map<string, Wanted>();
  const want = (row: Wanted): void => {
    const before = wanted.get(row.key);
    wanted.set(row.key, before && before.wanted > row.wanted ? before : row);
  };
  for (const entry of entries) {
    for (const id of runsShownAnew(entry, state)) {
      const run = state.runs.get(id);
      if (run) for (const row of runRows(run, entry, state, surfaces)) want(row);
    }
    for (const row of headRows(entry, state, surfaces)) want(row);
    for (const row of standingRows(entry, state, surfaces)) want(row);
    for (const row of silenceRows(entry, state, surfaces)) want(row);
    for (const incident of incidentsShownAnew(entry, state)) for (const row of incidentRows(incident, entry, state, surfaces)) want(row);
  }
  return [...wanted.values()];
}

/** For the provider alone: it tells how much happens in all. */
function headRows({ event, seq }: JournalEntry, { estate }: State, surfaces: readonly Surface[]): Wanted[] {
  if (event.type !== 'journal.head-posted' || !estate) return [];
  const { channel } = estate.provider;
  return surfaces.filter((each) => chatSurfaces.includes(each)).map((surface) => ({
    key: `journal-head:${event.day}/${surface}/${channel}`, surface, target: { kind: 'channel', channel }, threadKey: null, subject: { view: 'journal-head', id: event.day, seq }, tenant: null, wanted: seq, editable: false,
  }));
}

/** One message asks for signatures and another says that it is in force, since an edit notifies nobody; both show what has become of it. */
function* standingRows({ event, seq }: JournalEntry, state: State, surfaces: readonly Surface[]): Generator<Wanted> {
  const id = event.type === 'standing.proposed' ? event.authority.id : event.type === 'standing.signed' || event.type === 'standing.revoked' || event.type === 'standing.ended' || event.type === 'standing.used' ? event.standing : null;
  const standing = id === null ? undefined : state.standing.get(id);
  if (!standing) return;
  const { tenant } = standing.authority;
  const parts = standing.inForceAt === null ? ['asked'] : ['asked', 'in-force'];
  for (const surface of surfaces.filter((each) => chatSurfaces.includes(each))) {
    for (const channel of channelsOf(tenant, state)) {
      for (const part of parts) yield { key: `standing:${id}.${part}/${surface}/${channel}`, surface, target: { kind: 'channel', channel }, threadKey: null, subject: { view: 'standing', id: id!, seq }, tenant, wanted: seq, editable: true };
    }
  }
}

/** A message when it is added; others when it ends soon and when somebody ended it, since an edit notifies nobody. All of them show what has become of it. Its end in time is told by what was kept back. */
function* silenceRows({ event, seq }: JournalEntry, state: State, surfaces: readonly Surface[]): Generator<Wanted> {
  const id = event.type === 'silence.added' ? event.silence.id : event.type === 'silence.ending' || event.type === 'silence.ended' ? event.silence : null;
  const silence = id === null ? undefined : state.silences.get(id);
  if (!silence) return;
  const parts = ['added', ...(silence.endingToldAt === null ? [] : ['ending']), ...(silence.endedBy === null ? [] : ['ended'])];
  for (const surface of surfaces.filter((each) => chatSurfaces.includes(each))) {
    for (const channel of channelsOf(silence.tenant, state)) {
      for (const part of parts) yield { key: `silence:${silence.id}.${part}/${surface}/${channel}`, surface, target: { kind: 'channel', channel }, threadKey: null, subject: { view: 'silence', id: silence.id, seq }, tenant: silence.tenant, wanted: seq, editable: true };
    }
  }
}

/** Which runs look different after an entry: its own, those that wait for a lock when the queue moves, and those whose pending work was done by another. */
function runsShownAnew(entry: JournalEntry, state: State): RunId[] {
  const { event } = entry;
  if (event.type === 'step.progress' || event.type === 'approval.refused' || event.type === 'run.claimed') return [];
  // What was erased goes from the messages that are edited, too.
  const own = event.type === 'journal.erased' ? event.of.run : runOf(entry);
  // Somebody new may be able to decide.
  const open = event.type === 'person.linked' || event.type === 'estate.imported' || event.type === 'delegation.given' || event.type === 'delegation.ended' ? [...state.runs.values()].filter((run) => run.status === 'proposed').map((run) => run.plan.run) : [];
  const queue = event.type === 'lock.acquired' || event.type === 'lock.released' || event.type === 'lock.requested' ? state.locks.waiting.map((request) => request.run) : [];
  return [...new Set([...(own === null ? [] : [own]), ...open, ...queue])];
}

function* runRows(run: RunState, entry: JournalEntry, state: State, surfaces: readonly Surface[]): Generator<Wanted> {
  if (!isWorthTelling(run)) return;
  const { plan } = run;
  const id = plan.run;
  const own = runOf(entry) === id;
  for (const surface of surfaces.filter((each) => chatSurfaces.includes(each))) {
    for (const channel of channelsOf(plan.tenant, state)) {
      const root = `run:${id}/${surface}/${channel}`;
      const common = { surface, target: { kind: 'channel', channel } as const, tenant: plan.tenant, wanted: entry.seq };
      yield { ...common, key: root, threadKey: null, subject: { view: 'run', id, seq: entry.seq }, editable: true };
      // Loud: a message of its own, where everybody looks, besides the line in the thread.
      if (own && isLoud(entry)) yield { ...common, key: `${entry.event.type === 'glass.broken' ? 'glass' : 'standing-used'}:${id}/${entry.seq}/${surface}/${channel}`, threadKey: null, subject: { view: 'story', id, seq: entry.seq }, editable: false };
      // A scheduled verification is one card with its result: nobody reads a thread of it.
      if (own && !isRoutine(run) && tellsStory(entry, run, surface === 'web' ? 'everything' : 'people')) {
        yield { ...common, key: `story:${id}/${entry.seq}/${surface}/${channel}`, threadKey: root, subject: { view: 'story', id, seq: entry.seq }, editable: false };
      }
    }
  }
  if (plan.gate.people > 0 && entry.event.type !== 'lock.acquired' && entry.event.type !== 'lock.requested' && entry.event.type !== 'lock.released') {
    yield* approvalRows(run, entry, state, surfaces);
    yield* textRows(run, entry, state, surfaces);
    yield* reminderRows(run, entry, state, surfaces);
    yield* numberRows(run, entry, state, surfaces);
  }
  if (own) yield* stepRows(run, entry, state, surfaces);
  if (own && endsRun(entry) && plan.requestedBy.kind === 'person') {
    for (const { surface, target } of privateTargets(plan.requestedBy.person, state, surfaces)) {
      yield { key: `outcome:${id}.${plan.epoch}/${surface}/${target.identity}`, surface, target, threadKey: null, subject: { view: 'run-outcome', id, seq: entry.seq }, tenant: plan.tenant, wanted: entry.seq, editable: false };
    }
  }
}

/** A new plan makes a new request, since an edit notifies nobody; the old one is edited to say that it decides nothing any more. */
function* approvalRows(run: RunState, { seq, event, at }: JournalEntry, state: State, surfaces: readonly Surface[]): Generator<Wanted> {
  const { plan } = run;
  for (const person of state.estate?.people.filter((each) => mayApprove(each, run, rosterOf(state, at)).may) ?? []) {
    for (const { surface, target } of privateTargets(person.name, state, surfaces)) {
      const editable = chatSurfaces.includes(surface);
      for (let epoch = plan.epoch; epoch >= 1; epoch--) {
        // Mail is sent once, with the plan.
        const news = event.type === 'plan.proposed' || event.type === 'plan.revised' || (event.type === 'approval.escalated' && event.to.includes(person.name));
        if (!editable && (epoch !== plan.epoch || !news)) continue;
        const request = `${plan.run}.${epoch}`;
        yield { key: `ask:${request}/${surface}/${target.identity}`, surface, target, threadKey: null, subject: { view: 'approval-request', id: request, seq }, tenant: plan.tenant, wanted: seq, editable };
      }
    }
  }
}

/** A text wakes people: for a disaster alone. It is sent with the plan, to those who are asked later when their turn comes, and to those who are reminded. */
function* textRows({ plan }: RunState, { seq, event, at }: JournalEntry, state: State, surfaces: readonly Surface[]): Generator<Wanted> {
  if (plan.urgency !== 'disaster' || !surfaces.includes('sms')) return;
  const run = state.runs.get(plan.run)!;
  const able = state.estate?.people.filter((each) => mayApprove(each, run, rosterOf(state, at)).may) ?? [];
  const [to, suffix] = event.type === 'plan.proposed' || event.type === 'plan.revised' ? [able, ''] : event.type === 'approval.escalated' ? [able.filter(({ name }) => event.to.includes(name)), ''] : event.type === 'approval.reminded' ? [able.filter(({ name }) => event.to.includes(name)), `.${event.which}`] : [[], ''];
  for (const { name, phone } of to) {
    const request = `${plan.run}.${plan.epoch}${suffix}`;
    if (phone !== null) yield { key: `${suffix === '' ? 'ask' : 'remind'}:${request}/sms/${phone}`, surface: 'sms', target: { kind: 'person', person: name, identity: phone }, threadKey: null, subject: { view: 'approval-request', id: request, seq }, tenant: plan.tenant, wanted: seq, editable: false };
  }
}

/** The two digits, privately to who asked; gone from the message as soon as nobody needs them. */
function* numberRows({ plan }: RunState, { seq }: JournalEntry, state: State, surfaces: readonly Surface[]): Generator<Wanted> {
  if (!plan.gate.numberMatching || plan.requestedBy.kind !== 'person') return;
  for (const { surface, target } of privateTargets(plan.requestedBy.person, state, surfaces)) {
    const id = `${plan.run}.${plan.epoch}`;
    if (chatSurfaces.includes(surface)) yield { key: `number:${id}/${surface}/${target.identity}`, surface, target, threadKey: null, subject: { view: 'matching-number', id, seq }, tenant: plan.tenant, wanted: seq, editable: true };
  }
}

/** A reminder is a message of its own, since an edit notifies nobody; afterwards it is kept up to date like the request. */
function* reminderRows(run: RunState, { seq, event }: JournalEntry, state: State, surfaces: readonly Surface[]): Generator<Wanted> {
  const { plan } = run;
  for (const { which, epoch, to } of run.reminders) {
    for (const { surface, target } of to.flatMap((name) => privateTargets(name, state, surfaces))) {
      const editable = chatSurfaces.includes(surface);
      if (!editable && (event.type !== 'approval.reminded' || event.which !== which || event.epoch !== epoch)) continue;
      const request = `${plan.run}.${epoch}.${which}`;
      yield { key: `remind:${request}/${surface}/${target.identity}`, surface, target, threadKey: null, subject: { view: 'approval-request', id: request, seq }, tenant: plan.tenant, wanted: seq, editable };
    }
  }
}

/** A question in the middle of a run goes to everybody who may answer it; what became of it is shown in the same message. */
function* stepRows(run: RunState, { seq, event }: JournalEntry, state: State, surfaces: readonly Surface[]): Generator<Wanted> {
  const steps = everyStep(run.plan).filter((step) => asksPeople(step) && ('step' in event ? event.step === step.id : event.type === 'run.finished' && run.steps.get(step.id)?.startedAt != null));
  for (const step of steps) {
    for (const person of state.estate?.people.filter((each) => mayAnswer(each, run.plan, step) === 'ok') ?? []) {
      for (const { surface, target } of privateTargets(person.name, state, surfaces)) {
        const editable = chatSurfaces.includes(surface);
        if (!editable && event.type !== 'step.started') continue;
        const id = `${run.plan.run}/${step.id}`;
        // Another attempt asks anew, since an edit notifies nobody.
        yield { key: `step:${id}#${run.steps.get(step.id)?.attempt ?? 1}/${surface}/${target.identity}`, surface, target, threadKey: null, subject: { view: 'step-request', id, seq }, tenant: run.plan.tenant, wanted: seq, editable };
      }
    }
  }
}

/** A person's own places: each linked chat account, the console, the mailbox where mail is among the surfaces. */
function privateTargets(name: string, state: State, surfaces: readonly Surface[]): { surface: Surface; target: Extract<Target, { kind: 'person' }> }[] {
  const email = state.estate?.people.find((person) => person.name === name)?.email ?? null;
  return surfaces.flatMap((surface) => {
    const identities = surface === 'web' ? [name] : surface === 'email' ? (email === null ? [] : [email]) : surface === 'cli' || surface === 'sms' ? [] : state.links.filter((link) => link.person === name && link.surface === surface).map((link) => link.identity);
    return identities.map((identity) => ({ surface, target: { kind: 'person' as const, person: name, identity } }));
  });
}

/** The tenant's conversation, and the provider's where it is another one. */
export function channelsOf(tenant: TenantName | null, state: State): string[] {
  const estate = state.estate;
  if (!estate) return [];
  const own = estate.tenants.find((each) => each.name === tenant)?.channel;
  return [...new Set([...(own === undefined ? [] : [own]), estate.provider.channel])];
}

/** Something happened that nobody was asked about, or not everybody who should have been. */
const isLoud = ({ event }: JournalEntry): boolean => event.type === 'glass.broken' || (event.type === 'plan.granted' && event.under !== undefined);
const endsRun = ({ event }: JournalEntry): boolean => event.type === 'run.finished' || event.type === 'plan.rejected' || event.type === 'plan.withdrawn' || event.type === 'plan.expired';
/** Nobody asked for it just now: the daily schedule did. */
export const isRoutine = ({ plan }: RunState): boolean => plan.requestedBy.kind === 'lifeboat' && plan.requestedBy.door === 'schedule' && plan.gate.people === 0;
/** A routine run is told when it is over, or when it needs people. */
const isWorthTelling = (run: RunState): boolean => !isRoutine(run) || isTerminal(run.status) || run.status === 'parked' || run.status === 'held';

function incidentsShownAnew({ event }: JournalEntry, state: State): Incident[] {
  const ids: (IncidentId | null)[] = event.type === 'incident.opened' ? [event.incident.id]
    : event.type === 'incident.proposed' || event.type === 'incident.resolved' || event.type === 'incident.acknowledged' || event.type === 'incident.unacknowledged' || event.type === 'incident.muted' || event.type === 'incident.told' ? [event.incident]
    : event.type === 'event.raised' ? [event.incident]
    : event.type === 'journal.erased' ? [event.of.incident]
    : event.type === 'plan.granted' || event.type === 'plan.rejected' || event.type === 'plan.withdrawn' || event.type === 'plan.expired' || event.type === 'run.finished' ? [...state.incidents.values()].filter((incident) => incident.proposedRun === event.run).map((incident) => incident.id)
    : [];
  return ids.flatMap((id) => (id === null ? [] : state.incidents.get(id) ?? []));
}

/** Where something mutes an incident, the message of its head counts it. What was told before it was muted goes on being edited: an edit notifies nobody. */
function incidentRows(incident: Incident, entry: JournalEntry, state: State, surfaces: readonly Surface[]): Wanted[] {
  const { seq, at } = entry;
  const told = timesTold(incident);
  const head = incident.group === undefined ? undefined : state.incidents.get(incident.group);
  const own = told > 0 ? tellings(told).flatMap((which) => surfaces.filter((each) => chatSurfaces.includes(each)).flatMap((surface) => channelsOf(incident.tenant, state).map((channel) => ({
    key: `incident:${incident.id}${which === 1 ? '' : `.${which}`}/${surface}/${channel}`, surface, target: { kind: 'channel' as const, channel }, threadKey: null, subject: { view: 'incident', id: incident.id, seq }, tenant: incident.tenant, wanted: seq, editable: true,
  })))) : [];
  return head && head.id !== incident.id && mutedBecause(incident, state, at) === 'group' ? [...own, ...incidentRows(head, entry, state, surfaces)] : own;
}

/** Each telling is a message of its own, since an edit notifies nobody; the newest ones are kept up to date. */
const tellingsEdited = 3;
const tellings = (told: number): number[] => Array.from({ length: Math.min(told, tellingsEdited) }, (_, back) => told - back).toReversed();
