import { matcherWords, toldWords } from '../core/incident-rules/words.js';
import type { JournalEntry, JournalEvent } from '../core/event.js';
import { actorName } from '../core/names.js';

/** One plain sentence per journal entry, for lists, screen readers and `--wait`. */
export function entryWords({ event, actor }: JournalEntry): string {
  switch (event.type) {
    case 'estate.imported': return `Estate ${event.estate.name} imported from ${event.source}`;
    case 'estate.drafted': return event.draft.tenants.length === 0 ? `Nothing is under construction any more (${event.source})` : `Under construction: ${event.draft.tenants.map(({ name }) => name).join(', ')} (${event.source})`;
    case 'snapshot.taken': return `${event.by} took the snapshot ${event.name}`;
    case 'person.linked': return `${event.person} linked on ${event.surface}`;
    case 'person.unlinked': return `${event.person} unlinked on ${event.surface}`;
    case 'token.issued': return `${event.person} issued the token ${event.name} (scope ${event.scope}, until ${new Date(event.expiresAt).toISOString()})`;
    case 'token.revoked': return `${event.person} took back the token ${event.name}`;
    case 'person.offboarded': return `${actorName(actor)} offboarded ${event.person}: sessions, links, tokens and passkeys ended`;
    case 'passkey.added': return `${event.person} added the passkey ${event.name}`;
    case 'passkey.removed': return `${actorName(actor)} removed the passkey ${event.name} of ${event.person}`;
    case 'event.raised': return `${event.event.name}: ${event.event.description}`;
    case 'incident.opened': return `Incident ${event.incident.id} opened: ${event.incident.title}`;
    case 'incident.proposed': return `Lifeboat proposed ${event.run} for ${event.incident}`;
    case 'incident.acknowledged': return `${event.by} took note of ${event.incident}`;
    case 'incident.unacknowledged': return event.by === null ? `Nobody looks after ${event.incident} any more: the time is over` : `${event.by} no longer looks after ${event.incident}`;
    case 'incident.muted': return event.silence === undefined ? `${event.incident} is told with ${event.cause ?? event.group ?? 'another one'}` : `${event.incident} is kept back by silence ${event.silence}`;
    case 'incident.told': return `${event.incident} was told again: ${toldWords[event.because]}`;
    case 'silence.added': return `${event.silence.by} silenced ${matcherWords(event.silence)} (${event.silence.id}): ${event.silence.reason}`;
    case 'silence.ending': return `Silence ${event.silence} ends soon; ${event.open} open ${event.open === 1 ? 'incident is' : 'incidents are'} kept back by it`;
    case 'silence.ended': return event.by === null ? `Silence ${event.silence} is over` : `${event.by} ended silence ${event.silence}`;
    case 'incident.resolved': return event.closed === undefined ? `Incident ${event.incident} resolved` : `${event.closed.by} closed incident ${event.incident}: ${event.closed.reason}`;
    case 'plan.proposed': return `${event.plan.run} proposed by ${actorName(event.plan.requestedBy)}: ${event.plan.title}`;
    case 'plan.revised': return `${event.plan.run} revised: ${event.changes.map((change) => change.what).join(', ')} changed; approvals start anew`;
    case 'schedule.fired': return `Schedule ${event.slot} of ${event.tenant} started ${event.runs.join(', ') || 'nothing'}`;
    case 'schedule.missed': return `Schedule ${event.slot} of ${event.tenant} was missed`;
    case 'delegation.given': return `${event.to} decides for ${event.from} until ${new Date(event.until).toISOString()}${because(event.reason)}`;
    case 'delegation.ended': return `Nobody decides for ${event.from} any more`;
    case 'standing.proposed': return `${event.authority.proposedBy} proposed the standing authority ${event.authority.id} for ${event.authority.operation.from} to ${event.authority.operation.to}: ${event.authority.reason}`;
    case 'standing.signed': return `${event.by} signed ${event.standing} (${event.surface})${event.inForce ? '; it is in force' : ''}`;
    case 'standing.revoked': return `${event.by} revoked ${event.standing}${because(event.reason)}`;
    case 'standing.ended': return `${event.standing} ended: ${event.why}`;
    case 'standing.used': return `${event.standing} was used for ${event.granted}`;
    case 'command.refused': return `Refused ${event.line}: ${event.why}`;
    case 'journal.erased': return `${actorName(actor)} erased ${event.whole ? 'the words' : 'a text'} of journal entry ${event.seq}: ${event.reason}`;
    case 'journal.head-posted': return `Head of the journal on ${event.day}: entry ${event.seq}, chain ${event.chain}`;
    case 'journal.retained': return `Payloads of ${event.dropped.reduce((sum, [from, to]) => sum + to - from + 1, 0)} old journal entries were dropped; their digests stay`;
    case 'journal.imported': return `The journal up to entry ${event.seq} was imported from an export${event.held.length === 0 ? '' : `; held: ${event.held.join(', ')}`}`;
    case 'fault.injected': return `${event.by} injected ${event.fault} into ${event.target}`;
    case 'fault.reverted': return `${event.by} ended ${event.fault} of ${event.target}`;
    case 'automation.stopped': return `${event.by} stopped automation${because(event.reason)}`;
    case 'automation.started': return `${event.by} let automation go on`;
    case 'override.added': return `${event.override.by} put ${event.override.person} on call for ${event.override.schedule} from ${new Date(event.override.from).toISOString()} until ${new Date(event.override.until).toISOString()} (${event.override.id})${because(event.override.reason)}`;
    case 'override.removed': return `${event.by} took back ${event.override}`;
    case 'calendar.read': return `The calendar of ${event.schedule} has ${event.shifts.length} shifts ahead${event.unknown.length === 0 ? '' : `; nobody of the estate: ${event.unknown.join(', ')}`}`;
    case 'shift.changed': return `On call for ${event.schedule}: ${event.to ?? 'nobody'}${event.from === null ? '' : `, after ${event.from}`}`;
    case 'escalation.started': return `${event.incident} is escalated by ${event.policy}`;
    case 'incident.paged': return event.people.length === 0 ? `Nobody was on call for ${event.incident} (level ${event.level + 1})` : `${event.people.join(' and ')} called for ${event.incident} (level ${event.level + 1})${event.by === undefined ? '' : `, as ${event.by} asked`}`;
    case 'page.unreached': return `${event.person} could not be reached for ${event.incident}${event.why === null ? '' : `: ${event.why}`}`;
    case 'heartbeat.told': return `Lifeboat said on ${event.day} that it lives`;
    case 'digest.made': return `A digest for ${event.person} was made`;
    case 'note': return `${event.about}: ${event.text}`;
    default: return runWords(event, actorName(actor));
  }
}

type RunEvent = Extract<JournalEvent, { readonly run: string }>;

function runWords(event: RunEvent, actor: string): string {
  switch (event.type) {
    case 'approval.given': return `${event.by} approved ${event.run} (${event.surface})${event.attested === null ? '' : `, attesting that ${event.attested} is down`}`;
    case 'approval.refused': return `${event.by} could not approve ${event.run}: ${event.code}`;
    case 'plan.granted': return `${event.run} is ${event.under === undefined ? 'approved' : `granted under ${event.under}, signed`} by ${event.by.join(' and ')}`;
    case 'standing.declined': return `${event.standing} was not used for ${event.run}: ${event.why}`;
    case 'plan.rejected': return `${event.by} rejected ${event.run}${because(event.reason)}`;
    case 'rejection.given': return `${event.by} says no to ${event.run}${because(event.reason)}`;
    case 'plan.withdrawn': return `${event.by} withdrew ${event.run}${because(event.reason)}`;
    case 'glass.broken': return `${event.by} broke ${event.rules.join(', ')} for ${event.run}: ${event.reason}`;
    case 'approval.reminded': return `${event.to.join(', ')} reminded of ${event.run}`;
    case 'approval.escalated': return `${event.run} goes to ${event.to.join(', ')}, too`;
    case 'plan.expired': return `${event.run} was not approved in time: nothing ran`;
    case 'run.claimed': return `${event.run} is carried out by node ${event.boot}`;
    case 'run.started': return `${event.run} started`;
    case 'run.held': return `${event.run} put on hold by ${actorName(event.by)}${because(event.reason)}`;
    case 'run.resumed': return `${event.run} goes on, agreed by ${event.by.join(' and ')}`;
    case 'run.cancelling': return `${event.by} cancels ${event.run}${because(event.reason)}`;
    case 'run.parked': return `${event.run} needs people: ${event.why}`;
    case 'run.finished': return `${event.run} ${outcomeWords[event.outcome]}: ${event.tally}`;
    case 'lock.requested': return `${event.run} asks for its locks`;
    case 'lock.acquired': return `${event.run} holds its locks`;
    case 'lock.released': return `${event.run} released its locks`;
    case 'step.started': return `${event.run}: started ${event.step}${event.attempt > 1 ? ` (attempt ${event.attempt})` : ''}`;
    case 'step.answered': return `${event.by} said ${event.answer} to ${event.step} of ${event.run} (${event.surface})${because(event.reason)}`;
    case 'step.retried': return `${event.run}: ${event.step} is tried again, as ${event.by.join(' and ')} decided`;
    case 'step.waived': return `${event.run}: goes on without ${event.step}, as ${event.by.join(' and ')} decided: ${event.waiver}`;
    case 'resume.given': return `${event.by} wants ${event.run} to go on${event.choice === undefined ? '' : event.choice.kind === 'retry' ? `, with ${event.choice.step} tried again` : ` without ${event.choice.step}: ${event.choice.waiver}`}`;
    case 'step.progress': return event.line;
    case 'step.finished': return `${event.run}: ${event.step} ${event.outcome}${because(event.why)}`;
    default: return `${event.type} of ${event.run} by ${actor}`;
  }
}

const because = (reason: string | null): string => (reason === null ? '' : `: ${reason}`);

export const outcomeWords = { succeeded: 'succeeded', exceptions: 'finished with exceptions', failed: 'failed', cancelled: 'was cancelled' } as const;
