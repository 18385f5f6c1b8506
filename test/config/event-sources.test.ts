import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { readEstate } from '../../src/config/read-estate.js';
import { writeEstate } from '../../src/config/write-estate.js';
import { estateDiff } from '../../src/core/estate-diff.js';
import { diagnoseSourceSecrets } from '../../src/doctor/source-secrets.js';

const good = readFileSync('test/config/estates/good.yaml', 'utf8');
const parse = (sources: string) => readEstate(`${good}\nevent_sources:\n${sources}`, 'own.yaml');
const read = (sources: string) => { const result = parse(sources); if (!result.ok) throw new Error(JSON.stringify(result.problems)); return result.estate; };
const whole = `  - name: prometheus
    kind: alertmanager
    token: env:PROMETHEUS_TOKEN
    entity_labels: [machine, instance]
    class_label: kind
  - name: job
    kind: json
    signing_secret: env:JOB_SECRET
  - name: lk
    kind: snmp
    addresses: [192.0.2.10, "2001:db8::1"]
    community: env:LK_COMMUNITY
  - name: ft
    kind: snmp
    addresses: [192.0.2.20]
    user: { name: lifeboat, auth: env:FT_AUTH, privacy: env:FT_PRIVACY, auth_protocol: sha }
`;

describe('event sources of the estate file', () => {
  test('are read, and written so that they are read again as they were', () => {
    const estate = read(whole);
    expect(estate.eventSources).toEqual([
      { name: 'prometheus', kind: 'alertmanager', tenant: null, token: 'env:PROMETHEUS_TOKEN', entityLabels: ['machine', 'instance'], classLabel: 'kind' }, { name: 'job', kind: 'json', tenant: null, signingSecret: 'env:JOB_SECRET' },
      { name: 'lk', kind: 'snmp', tenant: null, addresses: ['192.0.2.10', '2001:db8::1'], community: 'env:LK_COMMUNITY' }, { name: 'ft', kind: 'snmp', tenant: null, addresses: ['192.0.2.20'], user: { name: 'lifeboat', auth: 'env:FT_AUTH', privacy: 'env:FT_PRIVACY', authProtocol: 'sha' } },
    ]);
    expect(readEstate(writeEstate(estate), 'again.yaml')).toEqual({ ok: true, estate });
  });

  test('that change are told before they are taken into use', () => {
    const without = readEstate(good, 'own.yaml');
    if (!without.ok) throw new Error('good.yaml is not good');
    expect(estateDiff(without.estate, read(whole)).join('\n')).toContain('event source prometheus');
  });

  test.each<[string, string, string]>([
    ['no proof', '  - { name: a, kind: json }', 'needs a way to prove who it is'], ['two proofs', '  - { name: a, kind: json, token: "env:A", signing_secret: "env:B" }', 'one of the two'], ['a secret in clear', '  - { name: a, kind: json, token: hunter2 }', 'Secrets come from the environment only'],
    ['SNMP without addresses', '  - { name: a, kind: snmp, community: "env:A" }', 'from which addresses'], ['SNMP without proof', '  - { name: a, kind: snmp, addresses: [192.0.2.1] }', 'needs a community'], ['a community over HTTP', '  - { name: a, kind: json, token: "env:A", community: "env:B" }', "'community' means nothing"],
    ['an unknown tenant', '  - { name: a, kind: json, token: "env:A", tenant: nobody }', "nobody"], ['one name twice', '  - { name: a, kind: json, token: "env:A" }\n  - { name: a, kind: json, token: "env:A" }', "'a'"], ['an unknown kind', '  - { name: a, kind: pigeon, token: "env:A" }', 'alertmanager, cloudevents, json, snmp'],
  ])('%s is refused in words', (_title, sources, says) => {
    const result = parse(sources);
    expect(result.ok ? '' : result.problems.map(({ what, remedy }) => `${what} ${remedy}`).join('\n')).toContain(says);
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });

  test('doctor names what their environment lacks', () => {
    const look = (set: Record<string, string>) => diagnoseSourceSecrets(read(whole), { get: (name) => set[name] });
    expect(look({ PROMETHEUS_TOKEN: 'x', JOB_SECRET: 'x' })).toEqual([expect.objectContaining({ status: 'wrong', says: expect.stringContaining('LK_COMMUNITY (for lk), FT_AUTH (for ft), FT_PRIVACY (for ft)') })]);
    expect(look({ PROMETHEUS_TOKEN: 'x', JOB_SECRET: 'x', LK_COMMUNITY: 'x', FT_AUTH: 'x', FT_PRIVACY: 'x' })).toEqual([expect.objectContaining({ status: 'fine' })]);
    expect(diagnoseSourceSecrets({}, { get: () => undefined })).toEqual([]);
  });
});
