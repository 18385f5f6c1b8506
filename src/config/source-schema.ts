import { isIP } from 'node:net';
import { z } from 'zod';
import type { EventSource } from '../core/estate.js';

const secret = z.string().regex(/^env:[A-Z][A-Z0-9_]*$/, 'Secrets come from the environment only: write env:NAME.');
const label = z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,62}$/, 'Write the name of a label or field.');

/** One system that reports events: Alertmanager, whoever speaks CloudEvents or plain JSON, and senders of SNMP traps. */
export const RawEventSource = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'Use lower-case letters, digits and dashes, at most 31.'),
  kind: z.enum(['alertmanager', 'cloudevents', 'json', 'snmp']),
  tenant: z.string().optional(),
  token: secret.optional(),
  signing_secret: secret.optional(),
  addresses: z.array(z.string().refine((text) => isIP(text) !== 0, 'Write an IP address.')).min(1).max(50).optional(),
  community: secret.optional(),
  user: z.strictObject({ name: z.string().regex(/^[\x21-\x7e]{1,32}$/, 'Write 1 to 32 signs.'), auth: secret, privacy: secret, auth_protocol: z.enum(['sha', 'sha256', 'sha512']).optional() }).optional(),
  entity_labels: z.array(label).min(1).max(10).optional(),
  class_label: label.optional(),
  severity_label: label.optional(),
});
export type RawEventSource = z.infer<typeof RawEventSource>;

type Path = readonly (string | number)[];

/** What the form alone cannot tell: each kind needs its own way of proof, and no other. */
export function checkEventSources(sources: readonly RawEventSource[], say: (path: Path, what: string, remedy: string) => void): void {
  sources.forEach((source, index) => {
    const at = (key: string): Path => ['event_sources', index, key];
    const strange = source.kind === 'snmp' ? (['token', 'signing_secret', 'entity_labels', 'class_label', 'severity_label'] as const) : (['addresses', 'community', 'user'] as const);
    for (const key of strange) if (source[key] !== undefined) say(at(key), `'${key}' means nothing for a source of kind ${source.kind}.`, 'Take the line out.');
    if (source.kind === 'snmp') {
      if (source.addresses === undefined) say(at('name'), `Nobody says from which addresses traps of '${source.name}' come.`, 'Add addresses: [192.0.2.10]');
      if ((source.community === undefined) === (source.user === undefined)) say(at('name'), `'${source.name}' needs a community (SNMP v2c) or a user (v3), one of the two.`, 'Add community: env:NAME, or user: with name, auth and privacy.');
    } else if ((source.token === undefined) === (source.signing_secret === undefined)) {
      say(at('name'), `'${source.name}' needs a way to prove who it is: a token or a signing_secret, one of the two.`, 'Add token: env:NAME, and send it as Authorization: Bearer.');
    }
  });
}

export function toEventSource({ name, kind, tenant, token, signing_secret: signingSecret, addresses, community, user, entity_labels: entityLabels, class_label: classLabel, severity_label: severityLabel }: RawEventSource): EventSource {
  const given = { token, signingSecret, addresses, community, user: user && { name: user.name, auth: user.auth, privacy: user.privacy, ...(user.auth_protocol === undefined ? {} : { authProtocol: user.auth_protocol }) }, entityLabels, classLabel, severityLabel };
  return { name, kind, tenant: tenant ?? null, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) };
}
