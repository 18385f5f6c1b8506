import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { readEstate } from '../../src/config/read-estate.js';
import { writeEstate } from '../../src/config/write-estate.js';
import { readValue } from '../../src/core/attribute-form.js';
import { attributes, type Attribute } from '../../src/core/attributes.js';
import type { Estate } from '../../src/core/estate.js';
import { sampleOf } from '../core/attribute-samples.js';

type Plain = { [key: string]: Plain } & Plain[];
const hadr = readFileSync('estates/hadr.yaml', 'utf8');
const app = { name: 'ziti030_app0', monitor_script: '/apps/m', start_script: '/apps/s', stop_script: '/apps/e' };

/** Where an attribute of each entity stands in estates/hadr.yaml, in the file and in the Estate. */
const places: Record<Attribute['entity'], readonly [inFile: (raw: Plain) => Plain, inEstate: (estate: Plain) => Plain]> = {
  ksyscluster: [(raw) => raw.tenants![0]!, (estate) => estate.tenants![0]!],
  site: [() => { throw new Error('only in commands'); }, (estate) => estate.sites![0]!],
  hmc: [(raw) => raw.sites![0]!.hmcs![0]!, (estate) => estate.sites![0]!.hmcs![0]!],
  host: [(raw) => raw.sites![0]!.hosts![0]!, (estate) => estate.sites![0]!.hosts![0]!],
  host_group: [(raw) => raw.tenants![0]!.host_groups![0]!, (estate) => estate.tenants![0]!.hostGroups![0]!],
  workgroup: [(raw) => raw.tenants![0]!.workgroups![0]!, (estate) => estate.tenants![0]!.workgroups![0]!],
  vm: [(raw) => raw.tenants![0]!.vms![1]!, (estate) => estate.tenants![0]!.vms![1]!],
  disk: [(raw) => raw.tenants![0]!.vms![1]!.disks![0]!, (estate) => estate.tenants![0]!.vms![1]!.disks![0]!],
  app: [(raw) => raw.tenants![0]!.vms![1]!.apps![0]!, (estate) => estate.tenants![0]!.vms![1]!.apps![0]!],
  storage_agent: [(raw) => raw.sites![0]!.storage_agents![0]!, (estate) => estate.sites![0]!.storageAgents![0]!],
  notify: [(raw) => raw.contacts![2]!, (estate) => estate.contacts![2]!],
  // Lifeboat's own have a table, forms in the file and tests of their own.
  on_call: [(raw) => raw.on_call![0]!, (estate) => estate.onCall![0]!], escalation: [(raw) => raw.escalations![0]!, (estate) => estate.escalations![0]!],
  system: [(raw) => raw.tenants![0]!.system!, (estate) => estate.tenants![0]!.system!],
};
const at = (attribute: Attribute, side: 0 | 1, whole: Plain): Plain => (attribute.atTenant ? whole.tenants![0]! : places[attribute.entity][side](whole));

function withAttributes(values: readonly (readonly [Attribute, unknown])[]): string {
  const raw = parse(hadr) as Plain;
  raw.tenants![0]!.workgroups = [{ name: 'WG1', host_group: 'HG1', vms: ['ziti005'] }] as never;
  if (values.some(([{ entity, name }]) => `${entity}.${name}` === 'app.after')) raw.tenants![0]!.vms![1]!.apps!.push(app as never);
  for (const [attribute, value] of values) (at(attribute, 0, raw) as unknown as Record<string, unknown>)[attribute.name] = value;
  return stringify(raw);
}
const inFile = attributes.filter(({ entity }) => entity !== 'site');

describe('every attribute in the file', () => {
  test.each(inFile.map((attribute) => [`${attribute.entity} ${attribute.name}`, attribute] as const))('%s is taken, kept, and written out again', (_name, attribute) => {
    const sample = sampleOf(attribute);
    const read = readEstate(withAttributes([[attribute, sample.raw]]), 'x.yaml');
    expect(read.ok ? [] : read.problems).toEqual([]);
    const { estate } = read as { estate: Estate };
    const wanted = readValue(attribute.form, sample.text) as { value: unknown };
    const kept = at(attribute, 1, estate as unknown as Plain)[attribute.key as never];
    expect(kept).toEqual(attribute.form.kind === 'choice' && attribute.default === sample.text && kept === undefined ? undefined : wanted.value);
    expect(readEstate(writeEstate(estate), 'y.yaml')).toEqual({ ok: true, estate });
  });

  test.each(inFile.map((attribute) => [`${attribute.entity} ${attribute.name}`, attribute] as const))('%s out of range is refused, with the range', (_name, attribute) => {
    const { bad, says } = sampleOf(attribute);
    const read = readEstate(withAttributes([[attribute, bad]]), 'x.yaml');
    const problem = read.ok ? undefined : read.problems.find((each) => each.at.endsWith(attribute.name));
    expect(problem?.what).toContain(attribute.entity === 'ksyscluster' && attribute.name === 'contract_priority' ? 'platinum, gold, silver' : attribute.name === 'type' ? 'HA, DR, HADR, HADRHA' : says);
  });
});

describe('written and read again', () => {
  test.each(['estates/demo.yaml', 'estates/hadr.yaml', 'test/config/estates/good.yaml', 'test/config/estates/good-ha.yaml', 'test/config/estates/good-hadr.yaml'])('%s is the same estate', (file) => {
    const read = readEstate(readFileSync(file, 'utf8'), file);
    if (!read.ok) throw new Error('broken');
    expect(readEstate(writeEstate(read.estate), 'y.yaml')).toEqual(read);
  });

  test('any attributes together, as far as they are sound', () => {
    fc.assert(fc.property(fc.subarray([...inFile]), (some) => {
      const read = readEstate(withAttributes(some.map((attribute) => [attribute, sampleOf(attribute).raw])), 'x.yaml');
      if (read.ok) expect(readEstate(writeEstate(read.estate), 'y.yaml')).toEqual(read);
      return true;
    }), { numRuns: 60 });
  });

  test('contacts, freezes, actions and people with all they have', () => {
    const raw = parse(hadr) as Plain;
    Object.assign(raw, { simulated: false, test: true, standing_authority: true, freezes: [{ from: '2026-12-20T18:00', to: '2026-12-27T06:00', reason: 'month end' }], actions: [
      { name: 'balancer', http: { url: 'https://lb.example/{to}', headers: { authorization: 'env:LB_TOKEN' }, body: '{}' }, parameters: ['to'], probe: 'look' },
      { name: 'fence', ssh: { host: 'a.example', user: 'dr', key: 'env:KEY', host_key: `SHA256:${'a'.repeat(43)}`, command: '/x' }, effect: 'fences', tenants: ['KSYS_HA_DR_1'] }, { name: 'look', command: ['/usr/bin/true'], effect: 'none' }] });
    Object.assign(raw.people![0]!, { team: 'storage', site: 'home_site' });
    Object.assign(raw.contacts![2]!, { pager: '1234@pager.example', notification_level: 'disable' });
    Object.assign(raw.tenants![0]!, { scripts: [{ entity: 'vm', name: 'ziti030', hook: 'post_online', action: 'look' }], notify_scripts: [{ event: 'HMC_UNREACHABLE', action: 'look' }] });
    const read = readEstate(stringify(raw), 'x.yaml');
    expect(read.ok ? [] : read.problems).toEqual([]);
    expect(readEstate(writeEstate((read as { estate: Estate }).estate), 'y.yaml')).toEqual(read);
  });
});
