import type { JournalEntry } from '../core/event.js';
import { personOf } from '../core/estate.js';
import { stepOf } from '../core/plan.js';
import type { Language, Surface } from '../core/names.js';
import { systemOf } from '../core/policies.js';
import { isSilenceable } from '../core/incident-rules/silence.js';
import type { RunState } from '../core/run-state.js';
import type { State } from '../core/state.js';
import { matchingNumber } from '../desk/matching-number.js';
import type { Card } from '../ports/channel.js';
import type { Journal } from '../ports/journal.js';
import type { ButtonStore } from '../ports/once.js';
import type { OutboxRow } from '../ports/outbox.js';
import { approverWishes, channelWishes, incidentWishes, standingWishes, stepWishes, toActions } from './actions.js';
import { silenceWish } from './forms/form-buttons.js';
import type { Render } from './render.js';
import { heldBack } from '../notify/held-back.js';
import { replyCode, smsCode } from './replies/code.js';
import { approvalRequestView, closedBecause } from './views/approval.js';
import { heartbeatView } from './views/heartbeat.js';
import { incidentView, notificationView } from './views/incident.js';
import { journalHeadView } from './views/journal-head.js';
import { digestView, handoverView } from './views/duty.js';
import { outcomeView } from './views/outcome.js';
import { pageView } from './views/page.js';
import { runView } from './views/run.js';
import { silenceView } from './views/silence.js';
import { standingView } from './views/standing.js';
import { stepRequestView } from './views/step-request.js';
import { storyView } from './views/story.js';
import type { ViewContext } from './views/view.js';
import { wordingOf } from './wording.js';

export interface MessageRendererOptions {
  readonly render: Render;
  readonly buttons: ButtonStore;
  readonly journal: Pick<Journal, 'read'>;
  /** The console's page of a run or an incident. */
  readonly linkTo?: (id: string) => string;
  /** Answers by mail are read: a mail that asks for a decision has a code to hold or reject with. */
  readonly mailAnswers?: boolean;
  /** Text messages come back: one that may be answered has a code. Absent: they do. */
  readonly smsAnswers?: boolean;
}

/** What the delivery loop calls when it is about to send a row. Null: there is nothing (more) to say, and the row can be closed. */
export type RenderMessage = (row: Pick<OutboxRow, 'surface' | 'target' | 'subject'>, state: State, now: number) => Promise<Card | null>;

/** Renders a row from the state as it is now: never from a stored text, so that a late message is not an old one. */
export function createMessageRenderer({ render, buttons, journal, linkTo, mailAnswers = false, smsAnswers = true }: MessageRendererOptions): RenderMessage {
  return async ({ surface, target, subject }, state, now) => {
    const context: ViewContext = { now, ...(linkTo ? { linkTo } : {}) };
    const reader = target.kind === 'person' && state.estate ? personOf(state.estate, target.person) : undefined;
    const base = { timeZone: reader?.timeZone ?? state.estate?.timeZone ?? 'UTC', now, tenant: wordingOf(subject, state), language: reader?.language ?? languageOf(target, state) };

    switch (subject.view) {
      case 'run': {
        const run = state.runs.get(subject.id);
        return run ? { ...render(runView(run, state, context), surface, { ...base, actions: await toActions(channelWishes(run), buttons) }), ...decidersOf(run, surface, state, now) } : null;
      }
      case 'approval-request': {
        const [id = '', epoch = '1', reminder] = subject.id.split('.');
        const run = state.runs.get(id);
        if (!run || target.kind !== 'person') return null;
        // Mail decides nothing: it leads to the console, where the person signs in (reference/platform-limits.md: scanners follow links).
        const wishes = surface === 'email' || surface === 'sms' ? [] : approverWishes(run, target.person, Number(epoch), state, now);
        const code = smsAnswers && surface === 'sms' ? await smsCode(buttons, id, Number(epoch), target.person) : null;
        return render(approvalRequestView(run, target.person, Number(epoch), state, context, { reminder: reminder !== undefined, smsCode: code, mailCode: mailAnswers && surface === 'email' ? await replyCode(buttons, 'email', id, Number(epoch), target.person) : null }), surface, { ...base, actions: await toActions(wishes, buttons) });
      }
      case 'step-request': {
        const cut = subject.id.indexOf('/');
        const run = state.runs.get(subject.id.slice(0, cut));
        const step = run && stepOf(run.plan, subject.id.slice(cut + 1));
        if (!run || !step || target.kind !== 'person') return null;
        const wishes = surface === 'email' || surface === 'sms' ? [] : stepWishes(run, step, target.person, state);
        return render(stepRequestView(run, step, target.person, state, context), surface, { ...base, actions: await toActions(wishes, buttons) });
      }
      case 'matching-number': {
        const [id = '', epoch = '1'] = subject.id.split('.');
        const run = state.runs.get(id);
        if (!run) return null;
        const open = run.status === 'proposed' && run.plan.epoch === Number(epoch);
        const number = open ? await matchingNumber(buttons, id, run.plan.epoch) : null;
        return render({ name: 'matching-number', names: ['matching-number'], tone: 'info', data: { run: id, title: run.plan.title, number, expiresAt: run.expiresAt, asOf: now } }, surface, base);
      }
      case 'story': {
        const [run, entry] = [state.runs.get(subject.id), await entryAt(journal, subject.seq)];
        const view = run && entry ? storyView(entry, run, state, base.timeZone) : null;
        return view && render(view, surface, base);
      }
      case 'run-outcome': {
        const run = state.runs.get(subject.id);
        return run ? render(outcomeView(run, state, context), surface, base) : null;
      }
      case 'incident':
      case 'notification': {
        const incident = state.incidents.get(subject.id);
        if (!incident) return null;
        if (subject.view === 'notification') return render(notificationView(incident, state, context), surface, base);
        const run = incident.proposedRun === null ? undefined : state.runs.get(incident.proposedRun);
        return render(incidentView(incident, state, context), surface, { ...base, actions: await toActions([...incidentWishes(incident.id, run, incident.resolvedAt !== null), ...(surface === 'slack' && incident.resolvedAt === null && isSilenceable(incident) ? [silenceWish(incident.id)] : [])], buttons) });
      }
      case 'page': {
        const [id = '', level = '0'] = subject.id.split('.');
        const incident = state.incidents.get(id);
        const view = incident && reader ? pageView(incident, Number(level), reader.name, state, context, smsAnswers && surface === 'sms' ? await smsCode(buttons, id, 0, reader.name) : null) : null;
        if (!view) return null;
        const run = incident!.proposedRun === null ? undefined : state.runs.get(incident!.proposedRun);
        const wishes = surface === 'email' || surface === 'sms' ? [] : incidentWishes(id, run, incident!.resolvedAt !== null).filter(({ verb }) => verb !== 'acknowledge' || view.data.open);
        return render(view, surface, { ...base, actions: await toActions(wishes, buttons) });
      }
      case 'handover': {
        const entry = await entryAt(journal, subject.seq);
        const view = entry && reader ? handoverView(entry, reader, state, context) : null;
        return view && render(view, surface, base);
      }
      case 'digest': {
        const entry = await entryAt(journal, subject.seq);
        if (!reader || entry?.event.type !== 'digest.made') return null;
        const view = digestView(entry, reader, heldBack(reader, entry.event.from, entry.event.until, state), state, context);
        return view && render(view, surface, base);
      }
      case 'heartbeat': {
        const entry = await entryAt(journal, subject.seq);
        const view = entry ? heartbeatView(entry, state, context) : null;
        return view && render(view, surface, base);
      }
      case 'silence': {
        const silence = state.silences.get(subject.id);
        return silence ? render(silenceView(silence, state, context), surface, base) : null;
      }
      case 'standing': {
        const standing = state.standing.get(subject.id);
        return standing ? render(standingView(standing, state, context), surface, { ...base, actions: await toActions(standingWishes(standing), buttons) }) : null;
      }
      case 'journal-head': {
        const entry = await entryAt(journal, subject.seq);
        const view = entry ? journalHeadView(entry) : null;
        return view && render(view, surface, base);
      }
      default: return null;
    }
  };
}

/** Of a conversation: that of the tenant whose it is (`modify system ksys_lang`). */
function languageOf(target: OutboxRow['target'], { estate }: State): Language {
  const tenant = target.kind === 'channel' ? estate?.tenants.find(({ channel }) => channel === target.channel) : undefined;
  return tenant && systemOf(tenant).ksysLang.toLowerCase().startsWith('de') ? 'de' : 'en';
}

/** Whose accounts on this surface are shown the question itself in place of the shared message. */
function decidersOf(run: RunState, surface: Surface, state: State, now: number): { deciders?: readonly string[] } {
  if (surface !== 'teams' || run.status !== 'proposed') return {};
  const deciders = state.links.filter((link) => link.surface === surface && closedBecause(run, link.person, run.plan.epoch, state, now) === null).map(({ identity }) => identity);
  return deciders.length > 0 ? { deciders } : {};
}

async function entryAt(journal: Pick<Journal, 'read'>, seq: number): Promise<JournalEntry | undefined> {
  const [entry] = await journal.read({ afterSeq: seq - 1, limit: 1 });
  return entry?.seq === seq ? entry : undefined;
}
