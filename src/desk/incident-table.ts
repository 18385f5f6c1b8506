import { clockTime as exactTime } from '../core/clock-time.js';
import type { Incident } from '../core/dr-event.js';
import { sees } from '../core/estate.js';
import { eventNamed } from '../core/event-catalogue/catalogue.js';
import { reactionAbout } from '../core/event-catalogue/reaction.js';
import { isLookedAfter } from '../core/incident-rules/told.js';
import { mutedBecause } from '../core/muted.js';
import { row, zone, type Asked, type Block, type Table } from './asked.js';
import { clockTime } from './sentences.js';

/** A page; of a group as many as a storm may hold are listed when they are asked for. */
const shownMax = 20;
const groupShownMax = 500;

/** The newest; with `group=I-12` those that are counted under one message, and with a name that one. */
export const incidentTable: Table = (asked) => {
  const group = asked.attributes.get('group')?.toUpperCase();
  const seen = (incident: Incident): boolean => sees(asked.person, incident.tenant);
  if (asked.name !== null) {
    const one = asked.state.incidents.get(asked.name);
    if (one && seen(one)) return [{ name: one.id, block: block(one, asked) }];
  }
  const all = [...asked.state.incidents.values()].filter((incident) => seen(incident) && (group === undefined || incident.group === group || incident.id === group));
  return all.slice(group === undefined ? -shownMax : -groupShownMax).toReversed().map((incident) => ({ name: incident.id, block: block(incident, asked) }));
};

function reactionOf({ id, site, events }: Incident): string | null {
  const last = events.at(-1);
  const reaction = eventNamed(last?.name ?? '')?.reaction ?? null;
  return reaction === null || last === undefined ? reaction : reactionAbout(reaction, { id, site, entity: last.entity });
}

function block(incident: Incident, asked: Asked): Block {
  const { state, now } = asked;
  const head = incident.group === undefined ? undefined : state.incidents.get(incident.group);
  const attended = isLookedAfter(incident, now) ? incident : head && isLookedAfter(head, now) ? head : null;
  const muted = mutedBecause(incident, state, now);
  const words = { cause: `told with ${incident.causedBy}, which explains it`, group: `counted under ${incident.group}`, silence: `silenced by ${incident.silencedBy}`, flapping: 'it comes and goes: told again when it stays' };
  const folded = state.incidentIndex.folded.get(incident.id);
  return [
    row('Incident', incident.id), row('What', incident.title), row('Severity', incident.severity), row('State', incident.resolvedAt === null ? 'open' : `resolved ${clockTime(incident.resolvedAt, zone(asked))}${incident.closed === undefined ? '' : `, closed by ${incident.closed.by}: ${incident.closed.reason}`}`), row('Opened', clockTime(incident.openedAt, zone(asked))), row('Events', incident.count), row('Proposed run', incident.proposedRun), row('Caused by', incident.causedBy),
    ...(incident.resolvedAt === null && attended ? [row('Looked after by', `${attended.acknowledged!.by}${attended.acknowledged!.until === null ? '' : ` until ${exactTime(attended.acknowledged!.until, zone(asked), 'minute', true)}`}`)] : []),
    ...(muted === null ? [] : [row('Not told', words[muted])]),
    ...(folded === undefined ? [] : [row('Counts', `${folded.count} more, ${folded.open} still open: query incident group=${incident.id}`)]),
    ...(incident.resolvedAt === null ? [row('What to do', reactionOf(incident))] : []),
  ];
}
