import { namePattern } from '../../core/attribute-form.js';
import { attributesOf } from '../../core/attributes.js';
import type { Estate } from '../../core/estate.js';
import { listed } from '../../core/listed.js';
import { calls, flatSchedule, scheduleOf, type FlatSchedule } from '../../core/on-call/attributes.js';
import type { OnCallSchedule } from '../../core/on-call/duty.js';
import { policyFor, type EscalationPolicy } from '../../core/on-call/escalation.js';
import { writeSteps } from '../../core/on-call/written.js';
import { slotName } from '../../core/slot.js';
import { misread } from '../corrected.js';
import { byWord } from './groups.js';
import { changed, done, hangs, named, orAbsent, readAttributes, refused, typed, type Configure, type Outcome, type Values, type Work } from './outcome.js';

const form = 'add on_call NAME people=NAME,NAME from=YYYY-MM-DD';
const chainForm = 'add escalation NAME steps=on_call:SCHEDULE,10m:NAME';
const ofRotation = ['people', 'from', 'handover', 'shiftDays'];

const withSchedules = (estate: Estate, schedules: readonly OnCallSchedule[]): Estate => changed(estate, { onCall: orAbsent(schedules) });
const withChains = (estate: Estate, chains: readonly EscalationPolicy[]): Estate => changed(estate, { escalations: orAbsent(chains) });
const schedulesOf = ({ estate }: Pick<Work, 'estate'>): readonly OnCallSchedule[] => estate.onCall ?? [];
const chainsOf = ({ estate }: Pick<Work, 'estate'>): readonly EscalationPolicy[] => estate.escalations ?? [];

type Read = { readonly ok: true; readonly values: Values } | ReturnType<typeof refused>;

/** Everywhere else a cluster is named by `tenant=`: one may be named so here, too. */
function read(work: Work, entity: 'on_call' | 'escalation', making: boolean): Read {
  const { attributes } = work.command;
  const tenant = attributes.get('tenant');
  if (tenant !== undefined && attributes.has('tenants')) return refused(4, 'twice', 'tenant= and tenants= say the same.', 'Write one of them.');
  const command = tenant === undefined ? work.command : { ...work.command, attributes: new Map([...attributes].map(([key, value]) => [key === 'tenant' ? 'tenants' : key, value])) };
  const found = readAttributes(command, entity, { making });
  if (!found.ok) return found;
  const { tenants } = found.values;
  const draft = Array.isArray(tenants) ? (tenants as string[]).find((name) => !work.inUse.tenants.some((each) => each.name === name) && work.estate.tenants.some((each) => each.name === name)) : undefined;
  if (draft !== undefined) return refused(1, 'under-construction', `${draft} is under construction: it has no incidents for which anybody could be called.`, 'Make it whole first; then send this again.', `query ksyscluster ${draft}`);
  const stranger = entity === 'on_call' && Array.isArray(found.values.people) ? (found.values.people as string[]).find((name) => !work.estate.people.some((each) => each.name === name)) : undefined;
  if (stranger === undefined) return found;
  const names = work.estate.people.map(({ name }) => name);
  return { ok: false, answer: misread(work.command, 2, 'no-such-person', `There is no person '${stranger}'.`, stranger, names, `Known: ${listed(names)}. People stand in the estate file.`, 'query person') };
}

/** The name of what is to be made, which nothing of its kind has. */
function newName({ command: { name, class: kind } }: Work, what: string, taken: readonly { readonly name: string }[], example: string): { readonly ok: true; readonly name: string } | ReturnType<typeof refused> {
  if (name === null || !namePattern.test(name)) return refused(name === null ? 3 : 4, 'name', name === null ? `The name of the ${what} is missing.` : `'${name}' is no name for an ${what}.`, 'Use letters, digits, dots, dashes and underscores.', example);
  return taken.some((each) => each.name === name) ? refused(1, 'there', `There is an ${what} ${name} already.`, 'Change it, or choose another name.', `help modify ${kind}`) : { ok: true, name };
}

/** A rotation or a calendar, and whole. */
function finished(work: Work, flat: FlatSchedule): { readonly ok: true; readonly schedule: OnCallSchedule } | ReturnType<typeof refused> {
  const schedule = scheduleOf(flat);
  if (schedule) return { ok: true, schedule };
  if (flat.people === undefined || flat.people.length === 0) return refused(3, 'people-missing', `Who is on call for ${flat.name}?`, 'Write people=NAME,NAME and from=DAY for shifts in turns, or calendar=ADDRESS for an iCalendar that somebody else keeps.', work.command.action === 'add' ? form.replace('NAME', flat.name) : `modify on_call ${flat.name} people=NAME,NAME from=YYYY-MM-DD`);
  return refused(3, 'from-missing', `When does the first shift of ${flat.people[0]} begin?`, 'Add from=DAY.', typed(work.command, `from=${slotName(work.now, flat.timeZone ?? work.estate.timeZone).slice(0, 10)}`));
}

/** One that is both says two things about who is called. */
function both(values: Values): ReturnType<typeof refused> | null {
  const rotating = ofRotation.filter((key) => values[key] !== undefined);
  if (values.calendar === undefined || rotating.length === 0) return null;
  return refused(4, 'both', `A schedule is either a rotation or a calendar, and this has ${listed(['calendar', ...rotating.map((key) => attributesOf('on_call').find((each) => each.key === key)!.name)])}.`, 'Leave calendar= out, or what belongs to the rotation.', 'help add on_call');
}

/** `add on_call NAME people=ana,ben from=2026-11-23`, or `calendar=env:NAME`. */
export const addOnCall: Configure = (work) => {
  const made = newName(work, 'on-call schedule', schedulesOf(work), form);
  if (!made.ok) return made;
  const found = read(work, 'on_call', true);
  if (!found.ok) return found;
  const { values } = found;
  const two = both(values);
  if (two) return two;
  const whole = finished(work, changed({ name: made.name, tenants: 'all' }, values) as FlatSchedule);
  if (!whole.ok) return whole;
  return done(withSchedules(work.estate, [...schedulesOf(work), whole.schedule]), null, ...uncalled(work, made.name));
};

/** Nobody is called because of a schedule alone. */
const uncalled = (work: Work, name: string): string[] => (chainsOf(work).some((chain) => calls(chain, name)) ? [] : [`No escalation calls it yet: add escalation NAME steps=on_call:${name}`]);

/** `modify on_call NAME [add | remove] people=ben`, `modify on_call NAME handover=08:00`, `modify on_call NAME calendar=env:NAME`. */
export const modifyOnCall: Configure = (work) => {
  const found = named(work, 'on-call schedule', schedulesOf(work), form);
  if (!found.ok) return found;
  const { found: schedule } = found;
  const given = read(work, 'on_call', true);
  if (!given.ok) return given;
  if (Object.keys(given.values).length === 0) return refused(3, 'nothing', `What shall change of ${schedule.name}?`, `Write ATTR=VALUE: ${attributesOf('on_call').map(({ name }) => name).join(', ')}.`, 'help modify on_call');
  const flat = flatSchedule(schedule);
  const byList = byWord(work, flat, given.values, ['people']);
  if (!byList.ok) return byList;
  const { values } = byList;
  const two = both(values);
  if (two) return two;
  // What the schedule was goes where it becomes the other kind.
  const dropped = values.calendar !== undefined ? Object.fromEntries(ofRotation.map((key) => [key, undefined])) : ofRotation.some((key) => values[key] !== undefined) ? { calendar: undefined } : {};
  const whole = finished(work, changed(flat, { ...dropped, ...values }));
  if (!whole.ok) return whole;
  return done(withSchedules(work.estate, schedulesOf(work).map((each) => (each === schedule ? whole.schedule : each))), null);
};

/** A chain that calls it goes first, or calls somebody else. */
export const deleteOnCall: Configure = (work) => {
  const found = named(work, 'on-call schedule', schedulesOf(work), form);
  if (!found.ok) return found;
  const { name } = found.found;
  const hanging = hangs(`On-call schedule ${name}`, chainsOf(work).filter((chain) => calls(chain, name)).map((chain) => ({ words: `escalation ${chain.name}`, command: withoutSchedule(chain, name) })));
  return hanging ?? done(withSchedules(work.estate, schedulesOf(work).filter((each) => each !== found.found)), null, 'Its overrides go with it.');
};

/** The command that takes a schedule out of a chain. */
function withoutSchedule({ name, steps }: EscalationPolicy, schedule: string): string {
  const left = steps.flatMap((step) => { const to = step.to.filter((target) => target !== `on_call:${schedule}`); return to.length === 0 ? [] : [{ ...step, to }]; });
  return left.length === 0 ? `delete escalation ${name}` : `modify escalation ${name} steps=${writeSteps(left)}`;
}

/** `add escalation NAME steps=on_call:dr,10m:ben+chris [severities=critical] [tenants=cluster01]`. */
export const addEscalation: Configure = (work) => {
  const made = newName(work, 'escalation', chainsOf(work), chainForm);
  if (!made.ok) return made;
  const found = read(work, 'escalation', true);
  if (!found.ok) return found;
  if (found.values.steps === undefined) return refused(3, 'steps-missing', `Whom does ${made.name} call?`, 'Add steps=TARGET,10m:TARGET: people, or on_call:NAME for whoever is on call then.', typed(work.command, `steps=${schedulesOf(work)[0] ? `on_call:${schedulesOf(work)[0]!.name}` : 'NAME'}`));
  const chain = changed({ name: made.name, tenants: 'all', severities: ['critical'], repeat: 1 }, found.values) as unknown as EscalationPolicy;
  return after(work, [...chainsOf(work), chain]);
};

export const modifyEscalation: Configure = (work) => {
  const found = named(work, 'escalation', chainsOf(work), chainForm);
  if (!found.ok) return found;
  const given = read(work, 'escalation', true);
  if (!given.ok) return given;
  if (Object.keys(given.values).length === 0) return refused(3, 'nothing', `What shall change of ${found.found.name}?`, `Write ATTR=VALUE: ${attributesOf('escalation').map(({ name }) => name).join(', ')}.`, 'help modify escalation');
  const values = byWord(work, found.found, given.values, ['severities']);
  if (!values.ok) return values;
  return after(work, chainsOf(work).map((each) => (each === found.found ? changed(each, values.values) : each)));
};

export const deleteEscalation: Configure = (work) => {
  const found = named(work, 'escalation', chainsOf(work), chainForm);
  return found.ok ? after(work, chainsOf(work).filter((each) => each !== found.found)) : found;
};

/** Says whose incidents call nobody any more, and that chains under way stay what they were. */
function after(work: Work, chains: readonly EscalationPolicy[]): Outcome {
  const silent = (all: readonly EscalationPolicy[]): string[] => work.inUse.tenants.filter(({ name }) => !policyFor(all, { tenant: name, severity: 'critical' })).map(({ name }) => name);
  const before = silent(chainsOf(work));
  const now = silent(chains).filter((name) => !before.includes(name));
  return done(withChains(work.estate, chains), null, ...(now.length === 0 ? [] : [`A critical incident of ${listed(now)} calls nobody any more.`]), ...(work.command.action === 'add' ? [] : ['Incidents that are open keep the chain that they began with.']));
}
