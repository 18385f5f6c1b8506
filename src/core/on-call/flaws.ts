import type { Estate, Person } from '../estate.js';
import type { Place, Say } from '../flaw.js';
import { didYouMean } from '../nearest.js';
import type { TenantName } from '../names.js';

type Of = readonly TenantName[] | 'all';

/** Whom an on-call schedule or an escalation names must be there, be reachable by the estate's own account, and see the tenants that it is for. */
export function onCallOf(estate: Estate, say: Say): void {
  const tenants = estate.tenants.map(({ name }) => name);
  const schedules = (estate.onCall ?? []).map(({ name }) => name);
  const known = (of: Of, at: Place): void => {
    if (of !== 'all') of.forEach((tenant, t) => { if (!tenants.includes(tenant)) say([...at, t], `There is no tenant '${tenant}'.${didYouMean(tenant, tenants)}`, `Known: ${tenants.join(', ')}.`); });
  };
  const person = (name: string, of: Of, at: Place): void => {
    const found = estate.people.find((each) => each.name === name);
    if (!found) say(at, `There is no person '${name}'.${didYouMean(name, estate.people.map((each) => each.name))}`, `Known: ${estate.people.map((each) => each.name).join(', ')}.`, 'query person');
    else if (!seesAll(found, of)) say(at, `${name} does not see ${of === 'all' ? 'every tenant' : of.filter((tenant) => found.tenants !== 'all' && !found.tenants.includes(tenant)).join(', ')}, and would be called for it.`, 'Name the tenants that the person sees under tenants:, or take somebody else.', `query person ${name}`);
  };
  const twice = (kind: string, part: 'onCall' | 'escalations'): void => {
    (estate[part] ?? []).forEach(({ name }, i) => { if ((estate[part] ?? []).findIndex((each) => each.name === name) !== i) say([part, i, 'name'], `The ${kind} '${name}' stands here a second time.`, 'Names are unique in an estate: rename one.'); });
  };
  twice('schedule', 'onCall');
  twice('escalation', 'escalations');
  (estate.onCall ?? []).forEach(({ tenants: of, source }, o) => {
    known(of, ['onCall', o, 'tenants']);
    if (source.kind === 'rotation') source.people.forEach((name, p) => { person(name, of, ['onCall', o, 'rotation', 'people', p]); });
  });
  (estate.escalations ?? []).forEach(({ tenants: of, steps }, e) => {
    known(of, ['escalations', e, 'tenants']);
    steps.forEach(({ to }, s) => {
      to.forEach((target, t) => {
        const at: Place = ['escalations', e, 'steps', s, 'to', t];
        if (!target.startsWith('on_call:')) { person(target, of, at); return; }
        const schedule = estate.onCall?.find(({ name }) => `on_call:${name}` === target);
        if (!schedule) say(at, `There is no on-call schedule '${target.slice('on_call:'.length)}'.${didYouMean(target.slice('on_call:'.length), schedules)}`, `Known: ${schedules.join(', ') || 'none'}.`, 'query on_call');
        else if (schedule.tenants !== 'all' && (of === 'all' || of.some((tenant) => !schedule.tenants.includes(tenant)))) say(at, `The schedule ${schedule.name} is not for every tenant of this escalation.`, 'Give both the same tenants:.', `query on_call ${schedule.name}`);
      });
    });
  });
  (estate.routes ?? []).forEach(({ tenants: of }, r) => { known(of, ['routes', r, 'tenants']); });
}

const seesAll = ({ tenants }: Person, of: Of): boolean => tenants === 'all' || (of !== 'all' && of.every((tenant) => tenants.includes(tenant)));
