import { z } from 'zod';
import { RawAction } from './action-schema.js';
import { RawEventSource } from './source-schema.js';
import { readValue } from '../core/attribute-form.js';
import { attributesOf, type AttributeEntity } from '../core/attributes.js';
import { isTimeZone } from '../core/clock-time.js';
import { weekdays } from '../core/incident-rules/maintenance-window.js';
import { targetPattern, writtenForms } from '../core/on-call/written.js';
import { languages } from '../core/names.js';
import { routedSurfaces } from '../core/routes.js';
import { clusterTypes, hookNames } from '../core/estate.js';

/** The estate file as people write it. `read-estate.ts` turns it into core's Estate. Unknown keys are refused. */
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, 'Use letters, digits, dots, dashes and underscores, at most 63, starting with a letter or digit.');
const personName = z.string().regex(/^[a-z][a-z0-9._-]{0,30}$/, 'Use lower-case letters, digits, dots and dashes.');
const mail = z.string().regex(/^[^\s@<>]+@[^\s@<>]+$/, 'Write an e-mail address.');
const phone = z.string().regex(/^\+[1-9]\d{6,14}$/, 'Write the number in international form, such as "+15550001111", in quotes.');
const timeZone = z.string().refine(isTimeZone, 'Write an IANA time zone, such as Europe/Berlin or UTC.');

/** Keys of the table of attributes: their form is seen to here, `modelOf` turns them into the model's. */
function known(kind: AttributeEntity): { [attribute: string]: z.ZodType<unknown> } {
  return Object.fromEntries(attributesOf(kind).map(({ name: attribute, form, default: otherwise }) => {
    const value = z.unknown().superRefine((given, context) => {
      const read = given === undefined ? null : readValue(form, given);
      if (read === null) context.addIssue(`'${attribute}' is missing.`);
      else if (!read.ok) context.addIssue(read.why);
      else if (read.value === undefined && otherwise === '') context.addIssue('This must have at least one entry.');
    });
    return [attribute, otherwise === '' ? value : value.optional()];
  }));
}
const { auto_discovery_time: autoDiscoveryTime, ...system } = known('system');
type Named = { readonly name: string } & { readonly [attribute: string]: unknown };
/** An entity with a name, the attributes of the table, and parts of its own. */
const entity = <Parts extends object = Record<never, never>>(kind: AttributeEntity, parts: z.ZodRawShape = {}): z.ZodType<Named & Parts> => z.strictObject({ name, ...known(kind), ...parts }) as unknown as z.ZodType<Named & Parts>;

const RawApp = entity('app');
const RawDisk = entity('disk');
const RawVm = entity<{ disks: Named[]; apps: Named[] }>('vm', { disks: z.array(RawDisk).min(1), apps: z.array(RawApp).default([]) });
const RawScript = z.strictObject({ entity: z.enum(['site', 'host_group', 'workgroup', 'vm']), name, hook: z.enum(hookNames), action: z.string() });
const RawNotifyScript = z.strictObject({ event: z.string(), action: z.string() });

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Write a time of day, such as "09:00", in quotes.');
const severities = z.enum(['critical', 'warning', 'info']);
const whose = z.union([z.literal('all'), z.array(name).min(1)]).default('all');
const delay = z.union([z.literal(0), z.string().regex(/^\d{1,4}(s|m|h)$/, 'Write a time, such as 10m.')]).default(0);
const RawOnCall = z.strictObject({
  name, tenants: whose, time_zone: timeZone.optional(),
  rotation: z.strictObject({ people: z.array(personName).min(1), from: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'Write a day, such as "2026-11-23", in quotes.'), handover: clock.default('09:00'), shift_days: z.number().int().min(1).max(366).default(7) }).optional(),
  calendar: z.string().refine(writtenForms.calendar.fits, writtenForms.calendar.hint).optional(),
});
const RawEscalation = z.strictObject({
  name, tenants: whose, severities: z.array(severities).min(1).default(['critical']), repeat: z.number().int().min(0).max(10).default(1),
  steps: z.array(z.strictObject({ after: delay, to: z.array(z.string().regex(targetPattern, 'Write a person, or on_call:NAME of a schedule.')).min(1) })).min(1).max(20),
});
const pattern = z.string().regex(/^[A-Za-z0-9_.*-]{1,80}$/, 'Write a name; * stands for anything, as in HOST_*.');
const RawWindow = z.strictObject({
  name, tenant: name.optional(), event: pattern.optional(), entity: pattern.optional(), class: z.enum(['hmc', 'host', 'host_group', 'vm', 'vios', 'storage_agent', 'disk_group', 'app', 'system']).optional(), severity: z.enum(['critical', 'warning']).optional(),
  days: z.array(z.enum(weekdays)).min(1).optional(), from: clock, to: clock, time_zone: timeZone.optional(), reason: z.string().min(1).max(120),
});
const RawRoute = z.strictObject({ severity: severities, tenants: whose, surfaces: z.array(z.enum(routedSurfaces)) });

export const RawEstate = z.strictObject({
  name,
  simulated: z.boolean().default(false),
  test: z.boolean().default(false),
  time_zone: timeZone.default('UTC'),
  clock_rate: z.number().min(1).max(1000).default(1),
  provider: z.strictObject({ name: z.string().min(1).max(80), channel: name }),
  sites: z.array(z.strictObject({
    name,
    tenant: name.optional(),
    hmcs: z.array(entity('hmc')).min(1),
    hosts: z.array(entity('host')).min(1),
    storage_agents: z.array(entity('storage_agent')).max(1, 'One storage agent per site.').default([]),
  })).min(1),
  tenants: z.array(z.strictObject({
    name, ksysnode: name, type: z.enum(clusterTypes).optional(), home_site: name, backup_site: name.optional(), channel: name,
    contract_priority: z.enum(['platinum', 'gold', 'silver']).default('silver'),
    auto_discovery_time: autoDiscoveryTime!,
    system: z.strictObject(system).optional(),
    host_pairs: z.array(z.strictObject({ active: name, backup: name })).default([]),
    host_groups: z.array(entity('host_group')).min(1),
    workgroups: z.array(entity('workgroup')).default([]),
    vms: z.array(RawVm).min(1),
    scripts: z.array(RawScript).default([]),
    notify_scripts: z.array(RawNotifyScript).default([]),
  })).min(1),
  people: z.array(z.strictObject({
    name: personName, display_name: z.string().min(1).max(80), roles: z.array(z.enum(['viewer', 'requester', 'operator', 'approver'])).min(1),
    tenants: z.union([z.literal('all'), z.array(name).min(1)]), email: mail.optional(), phone: phone.optional(), time_zone: timeZone.optional(),
    team: z.string().min(1).max(40).optional(), site: name.optional(),
    language: z.enum(languages).optional(), quiet_hours: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/, 'Write two times of day, such as "22:00-07:00", in quotes.').optional(), digest: clock.optional(),
  })).min(1),
  standing_authority: z.boolean().optional(),
  freezes: z.array(z.strictObject({ from: z.string(), to: z.string(), tenant: name.optional(), reason: z.string().min(1).max(120) })).default([]),
  contacts: z.array(z.strictObject({ user: personName, tenant: name.optional(), email: mail.optional(), phone: phone.optional(), pager: mail.optional(), notification_level: z.enum(['low', 'medium', 'high', 'disable']).optional() })).default([]),
  on_call: z.array(RawOnCall).default([]),
  escalations: z.array(RawEscalation).default([]),
  routes: z.array(RawRoute).default([]),
  maintenance_windows: z.array(RawWindow).default([]),
  actions: z.array(RawAction).default([]),
  event_sources: z.array(RawEventSource).default([]),
});
export type RawEstate = z.infer<typeof RawEstate>;
