import { sees, type Person } from '../core/estate.js';
import type { LabelValue } from '../core/answer.js';
import { clockTime } from '../core/clock-time.js';
import { mutedBecause } from '../core/muted.js';
import type { Surface } from '../core/names.js';
import type { Readiness } from '../core/readiness.js';
import { isTerminal, type RunState } from '../core/run-state.js';
import { dailyTimes } from '../core/stagger.js';
import { waitsForWindow } from '../core/start-window.js';
import { openIncidents } from '../core/state.js';
import type { Card, CardAction } from '../ports/channel.js';
import { approverWishes, channelWishes, incidentWishes, toActions, type Wish } from './actions.js';
import { formWishes } from './forms/form-buttons.js';
import type { InboundOptions } from './inbound-options.js';
import { blockText } from './views/answer.js';
import { approvalRequestView } from './views/approval.js';
import { incidentView } from './views/incident.js';
import { runView } from './views/run.js';
import type { View, ViewContext } from './views/view.js';

type HomeOptions = Pick<InboundOptions, 'live' | 'render' | 'buttons' | 'clock' | 'linkTo' | 'readiness'>;

/** So many of each are shown with their buttons; the rest is counted. */
const shownMax = 6;

/** A person's own page: what waits for them first, then what runs, what fails, what is planned, and whether a quorum could be found. */
export function createHome({ live, render, buttons, clock, linkTo, readiness }: HomeOptions): (person: Person, surface: Surface) => Promise<Card[]> {
  return async (person, surface) => {
    const [state, now] = [live.current, clock.now()];
    const context: ViewContext = { now, ...(linkTo ? { linkTo } : {}) };
    const timeZone = person.timeZone ?? state.estate?.timeZone ?? 'UTC';
    const show = (view: View, actions: readonly CardAction[] = []): Card => render(view, surface, { timeZone, now, actions });
    const withButtons = async (view: View, wishes: readonly Wish[]): Promise<Card> => show(view, await toActions(wishes, buttons));

    const runs = [...state.runs.values()].filter((run) => !isTerminal(run.status) && sees(person, run.plan.tenant)).toReversed();
    const mine = runs.filter((run) => approverWishes(run, person.name, run.plan.epoch, state, now).length > 0);
    const planned = runs.filter(waitsForWindow);
    const others = runs.filter((run) => !mine.includes(run) && !planned.includes(run));
    const incidents = openIncidents(state).filter((incident) => mutedBecause(incident, state, now) === null && sees(person, incident.tenant)).toReversed();
    const quorums = readiness().filter(({ tenant }) => sees(person, tenant));
    const counted = (count: number): string => (count > shownMax ? `${count}, of which ${shownMax} are shown` : count === 0 ? 'none' : String(count));

    const summary = block(`Lifeboat: ${person.displayName}`, [[
      { label: 'Waits for you', value: counted(mine.length) }, { label: 'Live runs', value: counted(others.length) }, { label: 'Open incidents', value: counted(incidents.length) }, { label: 'As of', value: clockTime(now, timeZone, 'second', true) },
    ]], mine.length === 0 ? 'Nothing waits for you.' : 'What waits for you stands first.');
    return [
      await withButtons(summary, formWishes(person)),
      ...await Promise.all(mine.slice(0, shownMax).map((run) => withButtons(approvalRequestView(run, person.name, run.plan.epoch, state, context), approverWishes(run, person.name, run.plan.epoch, state, now)))),
      ...await Promise.all(others.slice(0, shownMax).map((run) => withButtons(runView(run, state, context), channelWishes(run)))),
      ...await Promise.all(incidents.slice(0, shownMax).map((incident) => withButtons(incidentView(incident, state, context), incidentWishes(incident.id, incident.proposedRun === null ? undefined : state.runs.get(incident.proposedRun), false)))),
      show(block('Drills and planned starts', [[...planned.slice(0, shownMax).map((run) => plannedRow(run, timeZone)), ...dailyRows()]], 'To plan one: Rehearse, or Move with a start.')),
      show(quorumView(quorums)),
    ];

    /** Daily discovery and verification, which rehearse nothing but find out whether a move could be made. */
    function dailyRows(): LabelValue[] {
      if (!state.estate) return [];
      const times = dailyTimes(state.estate);
      return state.estate.tenants.filter(({ name }) => sees(person, name) && times.has(name)).map(({ name }) => ({ label: `Verified daily`, value: `${name} at ${times.get(name)} ${state.estate!.timeZone}` }));
    }
  };
}

const plannedRow = ({ plan }: RunState, timeZone: string): LabelValue => ({ label: plan.operation.drTest === true ? `DRILL ${plan.run}` : plan.run, value: `${plan.title}, from ${clockTime(plan.window!.from, timeZone, 'minute', true)}` });

/** Only what needs somebody is spelled out. */
function quorumView(all: readonly Readiness[]): View {
  const short = all.filter(({ ready, late }) => !ready || late);
  const rows = short.slice(0, 12).map(({ runbook, tenant, ready, missing, next }): LabelValue => ({ label: `${runbook}, ${tenant}`, value: ready ? 'only with the backups, who are asked late' : [`NO: ${missing ?? ''}`, ...next.slice(0, 1)] }));
  return block('Quorum', [[{ label: 'Could be approved now', value: `${all.filter(({ ready }) => ready).length} of ${all.length} runbooks` }, ...rows]], short.length > 12 ? 'There are more: query quorum' : null);
}

const block = (title: string, blocks: readonly (readonly LabelValue[])[], footer: string | null): View => ({ name: 'blocks', names: ['blocks'], tone: 'info', data: {
  title, footer, text: blockText(blocks), blocks: blocks.map((rows) => rows.map(({ label, value }) => ({ label, value: typeof value === 'string' ? value : value.join(', ') }))),
} });
