import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readEstate } from '../../src/config/read-estate.js';
import type { Answer } from '../../src/core/answer.js';
import { writeValue, readValue } from '../../src/core/attribute-form.js';
import { attributes, refusedAttributes, type Attribute } from '../../src/core/attributes.js';
import { sampleOf } from '../core/attribute-samples.js';
import { createLab, type Lab, type LabNode } from '../scenarios/lab/lab.js';

let lab: Lab;
let node: LabNode;
const hadr = readEstate(readFileSync('estates/hadr.yaml', 'utf8'), 'hadr.yaml');
beforeEach(async () => {
  if (!hadr.ok) throw new Error('broken');
  lab = createLab({ estate: hadr.estate });
  node = await lab.boot();
  await node.say('ana', 'add workgroup WG1 vms=ziti005');
});
afterEach(() => lab.close());
const text = (answer: Answer): string => (answer.kind === 'said' ? answer.text : answer.kind === 'refusal' ? `${answer.what} ${answer.next}` : JSON.stringify(answer));

/** Which command sets an attribute, and which query shows it. */
const entities: Partial<Record<Attribute['entity'], readonly [set: string, query: string]>> = {
  ksyscluster: ['modify ksyscluster KSYS_HA_DR_1', 'query ksyscluster KSYS_HA_DR_1'], hmc: ['modify hmc e17vhmc5', 'query hmc e17vhmc5'], host: ['modify host ragu-9119-MME-SN106CDC7', 'query host ragu-9119-MME-SN106CDC7'],
  host_group: ['modify host_group HG1 options', 'query host_group HG1'], workgroup: ['modify workgroup WG1', 'query workgroup WG1'], vm: ['modify vm ziti032', 'query vm ziti032'], storage_agent: ['modify storage_agent sahome', 'query storage_agent sahome'], system: ['modify system', 'query system properties'],
};
/** Labels of ksysmgr's that say the same. */
const labels: { readonly [attribute: string]: string } = {
  'ksyscluster.ksysnode': 'Ksysnodes', 'ksyscluster.type': 'Type', 'ksyscluster.contract_priority': 'Contract priority', 'ksyscluster.channel': 'Channel', 'hmc.hostname': 'Ip', 'hmc.login': 'Login', 'hmc.password': 'Password', 'host.uuid': 'UUID', 'host.memory_mb': 'Memory (MB)', 'host.processors': 'Processors', 'host.vioses': 'VIOS',
  'host_group.hosts': 'Hosts', 'workgroup.vms': 'VMs', 'workgroup.priority': 'Priority', 'workgroup.skip_auto_resync': 'SkipAutoResync', 'vm.uuid': 'UUID', 'vm.host': 'Homehost', 'vm.host_group': 'Host group', 'vm.priority': 'Priority', 'vm.memory_mb': 'Memory (MB)', 'vm.processors': 'Processors',
  'storage_agent.login': 'Login', 'storage_agent.password': 'Password', 'storage_agent.serialnumber': 'Serialnumber', 'storage_agent.storagetype': 'Storagetype', 'storage_agent.ip': 'Ip',
};
const settable = attributes.filter(({ entity, once }) => entities[entity] && !once);

function shownIn(shown: Answer, { entity, name }: Attribute): string {
  const found = shown.kind === 'blocks' ? (shown.json as Record<string, string | string[]>[])[0]![labels[`${entity}.${name}`] ?? name] : undefined;
  return [found].flat().join(',').split(name === 'host_failure_detection_time' ? ' s' : name === 'ksysnode' ? ':' : '\n')[0]!;
}

describe('every attribute by command', () => {
  test.each(settable.map((attribute) => [`${attribute.entity} ${attribute.name}`, attribute] as const))('%s is taken, in force and shown', async (_name, attribute) => {
    const { text: value } = sampleOf(attribute);
    const [set, query] = entities[attribute.entity]!;
    const answer = await node.say('ana', `${set} ${attribute.name}=${value}`);
    expect([text(answer), answer.status]).toEqual([expect.anything(), 0]);
    const read = readValue(attribute.form, value) as { value: unknown };
    expect(shownIn(await node.say('ana', query), attribute)).toBe(read.value === undefined ? attribute.default : writeValue(attribute.form, read.value));
  });

  test.each(settable.map((attribute) => [`${attribute.entity} ${attribute.name}`, attribute] as const))('%s out of range is refused, with the range, and nothing changes', async (_name, attribute) => {
    const { bad, says } = sampleOf(attribute);
    const before = node.state.seq;
    const answer = await node.say('ana', `${entities[attribute.entity]![0]} ${attribute.name}="${bad}"`);
    expect([answer.kind, answer.status, text(answer)]).toEqual(['refusal', 4, expect.stringContaining(attribute.form.kind === 'secret' ? 'environment only' : says)]);
    expect(node.state.seq).toBe(before);
  });

  test.each(settable.filter(({ default: otherwise, name }) => otherwise !== '' && name !== 'pool_disk').map((attribute) => [`${attribute.entity} ${attribute.name}`, attribute] as const))('%s=default takes back what was set', async (_name, attribute) => {
    const [set, query] = entities[attribute.entity]!;
    await node.say('ana', `${set} ${attribute.name}=${sampleOf(attribute).text}`);
    await node.say('ana', `${set} ${attribute.name}=default`);
    expect(shownIn(await node.say('ana', query), attribute).toLowerCase()).toBe(attribute.default.toLowerCase());
  });
});

describe('what Lifeboat does not take', () => {
  test.each(refusedAttributes.filter(({ entity, name }) => entities[entity as 'vm'] && name !== 'apikey').map((each) => [`${each.entity} ${each.name}`, each] as const))('%s is refused, with why and what to use instead', async (_name, { entity, name, why, instead }) => {
    const answer = await node.say('ana', `${entities[entity as 'vm']![0]} ${name}=1`);
    expect([answer.kind, text(answer)]).toEqual(['refusal', expect.stringContaining(why)]);
    expect(text(answer)).toContain(instead.split('.')[0]);
  });
});

test('modify system -? lists its attributes as ksysmgr does (seeds/2)', async () => {
  const help = await node.say('ana', 'ksysmgr modify system -?');
  const lines = help.kind === 'help' ? help.lines.map((line) => line.trim()) : [];
  expect(lines).toEqual(expect.arrayContaining([
    'hh - hour:   00 to 23', 'mm - minute: 00 to 59', '[lose_vios_redundancy=<yes | no>]', '[auto_reverse_mirror=<yes | no>]', '[notification_level=<low | medium | high | disable>]', '[dup_event_processing=<yes | no>]', '[dup_event_window=<5..1440 minutes>]', '[replication_type=<async | sync>   sites=<A,B>]',
    expect.stringMatching(/^modify => .*ch\*.*sets/), expect.stringMatching(/^system => .*sys\*/),
  ]));
  for (const { name } of attributes.filter(({ entity }) => entity === 'system')) expect(lines.some((line) => line.startsWith(`[${name}=`))).toBe(true);
});
