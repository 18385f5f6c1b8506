import { z } from 'zod';
import { RawAction } from './action-schema.js';
import { formatter } from '../core/clock-time.js';

/** The estate file as people write it. `read-estate.ts` turns it into core's Estate. Unknown keys are refused. */
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, 'Use letters, digits, dots, dashes and underscores, at most 63, starting with a letter or digit.');
const personName = z.string().regex(/^[a-z][a-z0-9._-]{0,30}$/, 'Use lower-case letters, digits, dots and dashes.');
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Write hh:mm, 00:00 to 23:59, in quotes.');
const uuid = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'Write a lower-case UUID.');
const whole = z.number().int().positive();
const mail = z.string().regex(/^[^\s@<>]+@[^\s@<>]+$/, 'Write an e-mail address.');
const phone = z.string().regex(/^\+[1-9]\d{6,14}$/, 'Write the number in international form, such as "+15550001111", in quotes.');
const isTimeZone = (zone: string): boolean => {
  try {
    formatter('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
};
const timeZone = z.string().refine(isTimeZone, 'Write an IANA time zone, such as Europe/Berlin or UTC.');

const RawDisk = z.strictObject({ name, size_gb: whole, attachment: z.enum(['npiv', 'vscsi']).default('npiv'), mirrored: z.boolean().default(true) });
const RawVm = z.strictObject({
  name, uuid, host: name, host_group: name, priority: z.enum(['high', 'medium', 'low']).default('medium'),
  memory_mb: whole, processors: z.number().positive(), vlan: whole, disks: z.array(RawDisk).min(1),
});
const RawHostGroup = z.strictObject({ name, hosts: z.array(name).min(1), host_failure_detection_time: z.number().int().min(90, 'KSYS knows 90 to 600 seconds.').max(600, 'KSYS knows 90 to 600 seconds.').default(90) });

export const RawEstate = z.strictObject({
  name,
  simulated: z.boolean().default(false),
  time_zone: timeZone.default('UTC'),
  clock_rate: z.number().min(1).max(1000).default(1),
  provider: z.strictObject({ name: z.string().min(1).max(80), channel: name }),
  sites: z.array(z.strictObject({
    name,
    tenant: name.optional(),
    hmcs: z.array(z.strictObject({ name, hostname: z.string().min(1) })).min(1),
    hosts: z.array(z.strictObject({ name, uuid, memory_mb: whole, processors: whole, vioses: z.array(name).min(1), vlans: z.array(whole).min(1) })).min(1),
    storage_agents: z.array(z.strictObject({ name, storagetype: z.enum(['emc', 'svc', 'ds8k', 'hitachi', 'xiv', 'unity']), serialnumber: z.string().min(1), ip: z.string().min(1) })).length(1, 'One storage agent per site.'),
  })).min(2),
  tenants: z.array(z.strictObject({
    name, ksysnode: name, home_site: name, backup_site: name, channel: name,
    contract_priority: z.enum(['platinum', 'gold', 'silver']).default('silver'),
    auto_discovery_time: clockTime.default('00:00'),
    host_pairs: z.array(z.strictObject({ active: name, backup: name })).min(1),
    host_groups: z.array(RawHostGroup).min(1),
    vms: z.array(RawVm).min(1),
  })).min(1),
  people: z.array(z.strictObject({
    name: personName, display_name: z.string().min(1).max(80), roles: z.array(z.enum(['viewer', 'requester', 'operator', 'approver'])).min(1),
    tenants: z.union([z.literal('all'), z.array(name).min(1)]), email: mail.optional(), phone: phone.optional(), time_zone: timeZone.optional(),
    team: z.string().min(1).max(40).optional(), site: name.optional(),
  })).min(1),
  standing_authority: z.boolean().optional(),
  freezes: z.array(z.strictObject({ from: z.string(), to: z.string(), tenant: name.optional(), reason: z.string().min(1).max(120) })).default([]),
  contacts: z.array(z.strictObject({ user: personName, tenant: name.optional(), email: mail.optional(), phone: phone.optional(), notification_level: z.enum(['low', 'medium', 'high', 'disable']).default('low') })).default([]),
  actions: z.array(RawAction).default([]),
});
export type RawEstate = z.infer<typeof RawEstate>;
