import type { EntityClass } from '../../core/dr-event.js';
import { sees } from '../../core/estate.js';
import { isSilenceable } from '../../core/incident-rules/silence.js';
import { silenceLine } from '../../core/incident-rules/words.js';
import type { FormField, FormOption } from '../../ports/channel.js';
import { quotable, type FormContext, type FormKind } from './form-kind.js';

/** Newest first; older ones are typed. */
const incidentsMax = 30;
const classes: readonly (readonly [EntityClass, string])[] = [['hmc', 'HMCs'], ['host', 'hosts'], ['host_group', 'host groups'], ['vm', 'VMs'], ['vios', 'VIOS'], ['storage_agent', 'storage agents'], ['disk_group', 'disk groups'], ['app', 'applications'], ['system', 'systems']];
const lengths: readonly FormOption[] = [['30m', '30 minutes'], ['1h', '1 hour'], ['2h', '2 hours'], ['4h', '4 hours'], ['8h', '8 hours'], ['1d', '1 day'], ['3d', '3 days'], ['7d', '7 days, the longest']].map(([value, label]) => ({ value: value!, label: label! }));
/** No tenant has this name: names begin with a letter or digit. */
const allTenants = '*';

/** Critical ones are the provider's to silence; who looks at a tenant's own conversation acts for that tenant there. */
const openOnes = ({ person, state }: FormContext) => [...state.incidents.values()].filter((incident) => incident.resolvedAt === null && isSilenceable(incident) && (incident.severity !== 'critical' || person.tenants === 'all') && sees(person, incident.tenant)).toReversed().slice(0, incidentsMax);
const tenantsOf = ({ person, state }: FormContext): readonly string[] => (state.estate?.tenants ?? []).map(({ name }) => name).filter((name) => sees(person, name));

/** Whose incidents: asked only where the person sees several tenants. */
function tenantField(context: FormContext): FormField | null {
  const tenants = tenantsOf(context);
  if (tenants.length < 2) return null;
  const all: readonly FormOption[] = context.person.tenants === 'all' ? [{ value: allTenants, label: 'all tenants' }] : [];
  return { name: 'tenant', label: 'Whose', hint: 'Left empty: whose the incident is.', required: false, kind: 'choice', many: false, options: [...all, ...tenants.map((name) => ({ value: name, label: name }))], initial: null };
}

/** `add silence`: what is about an open incident, or everything about one class of things, is not told for a time. */
export const silenceForm: FormKind = {
  draw(context, about) {
    const { person } = context;
    if (!person.roles.includes('operator')) return { code: 'not-an-operator', what: 'You may not silence anything: it needs the role operator.', next: 'You may say that you look after an incident.', command: 'query incident' };
    const incidents: readonly FormOption[] = openOnes(context).map(({ id, severity, title, events }) => ({ value: id, label: `${id} ${severity}: ${events[0]?.name ?? title} ${events[0]?.entity ?? ''}`.trim() }));
    const wanted = about?.toUpperCase() ?? null;
    if (wanted !== null && !incidents.some(({ value }) => value === wanted)) {
      const incident = context.state.incidents.get(wanted);
      if (!incident || incident.resolvedAt !== null || !sees(person, incident.tenant)) return { code: 'not-open', what: `${wanted} is no open incident that you can see.`, next: 'Look at the incidents.', command: 'query incident' };
      return isSilenceable(incident)
        ? { code: 'providers', what: `${wanted} is critical: the provider's operators silence it, outside of a tenant's own conversation.`, next: 'It is not told again while you look after it.', command: `acknowledge ${wanted}` }
        : { code: 'always-told', what: 'Site events and storms are told in any case.', next: 'It is not told again while you look after it.', command: `acknowledge ${wanted}` };
    }
    const tenant = tenantField(context);
    return {
      name: 'silence', about, title: 'Silence', submit: 'Silence it', typed: 'add silence event=VIOS_* for=2h reason="firmware update"',
      text: 'Messages about it are kept back until the time is over; it is watched and written down all the same, and what is open at the end is told then. Site events and approvals are told in any case.',
      fields: [
        { name: 'what', label: 'What', hint: 'An open incident: its event of its thing.', required: true, kind: 'choice', many: false, options: [...incidents, ...classes.map(([value, words]) => ({ value: `class ${value}`, label: `everything about ${words}` }))], initial: incidents.find(({ value }) => value === wanted)?.value ?? null },
        { name: 'for', label: 'For how long', hint: null, required: true, kind: 'choice', many: false, options: lengths, initial: '2h' },
        { name: 'reason', label: 'Why', hint: 'Whoever misses a message reads it. No secrets.', required: true, kind: 'text', lengthMax: 300, long: false },
        ...(tenant === null ? [] : [tenant]),
        // The provider is called for a customer's disaster: nobody else keeps that back (desk/silences.ts).
        ...(person.tenants === 'all' ? [{ name: 'severity', label: 'Critical ones', hint: 'A critical incident that is picked above is silenced as such.', required: true, kind: 'choice', many: false, options: [{ value: 'told', label: 'are told all the same' }, { value: 'critical', label: 'are silenced, and nothing else' }], initial: 'told' } as const] : []),
      ],
    };
  },
  line(filled, context) {
    const what = filled.get('what')!;
    const incident = context.state.incidents.get(what);
    const first = incident?.events[0];
    // Whoever picks a critical incident means it, where it is theirs to silence.
    const critical = filled.get('severity') === 'critical' || (incident?.severity === 'critical' && context.person.tenants === 'all');
    const named = filled.get('tenant');
    const tenant = named === allTenants ? null : named ?? incident?.tenant ?? null;
    const about = first === undefined ? { event: null, entity: null, class: what.replace(/^class /, '') as EntityClass } : { event: first.name, entity: first.entity, class: null };
    return silenceLine({ tenant, matcher: { ...about, severity: critical ? 'critical' : null }, reason: quotable(filled.get('reason')!) }, filled.get('for')!);
  },
};
