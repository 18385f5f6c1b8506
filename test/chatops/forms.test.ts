import { afterEach, describe, expect, test } from '@jest/globals';
import { attribute, quoted } from '../../src/chatops/forms/form-kind.js';
import type { GateRules } from '../../src/core/gate.js';
import { parse } from '../../src/desk/grammar.js';
import type { Form, FormField, FormName, FormValues, InboundReply } from '../../src/ports/channel.js';
import { customersEstate } from '../scenarios/lab/estates.js';
import { createIncidents } from '../../src/notify/incidents.js';
import { anEvent } from '../notify/support.js';
import { createRealDesk, type RealDesk } from './real-desk.js';

let desk: RealDesk;
async function setUp(gate: Partial<GateRules> = {}): Promise<void> {
  desk = await createRealDesk(customersEstate(), { gate });
  for (const person of ['ana', 'ben', 'chris', 'vic', 'olga', 'rita', 'otto']) await desk.link(person);
}
afterEach(() => desk.lab.close());

const open = (who: string, name: FormName, about: string | null = null, place?: string): Promise<InboundReply> => desk.handler.form(desk.from(`T1/U${who}`, place === undefined ? {} : { place }), name, about);
const formOf = async (who: string, name: FormName, about: string | null = null, place?: string): Promise<Form> => (await open(who, name, about, place)).form!;
const submit = (who: string, name: FormName, values: FormValues, about: string | null = null): Promise<InboundReply> => desk.handler.submit(desk.from(`T1/U${who}`), name, about, values);
const field = (form: Form, name: string): FormField => form.fields.find((each) => each.name === name)!;
const choices = (form: Form, name: string): string[] => { const found = field(form, name); return found.kind === 'choice' ? found.options.map(({ value }) => value) : []; };
const runs = (): string[] => [...desk.node.state.runs.values()].map(({ plan }) => plan.title);

describe('a form offers what its reader may ask for', () => {
  test('the provider\'s operator sees each tenant, the customer\'s own the own one', async () => {
    await setUp();
    expect(choices(await formOf('ANA', 'move'), 'scope').filter((value) => value.startsWith('site '))).toEqual(['site cluster01 customerA', 'site cluster02 customerB']);
    expect(choices(await formOf('OLGA', 'move'), 'scope').join(' ')).toMatch(/cluster01/);
    expect(JSON.stringify(await formOf('OLGA', 'move'))).not.toMatch(/cluster02|customerB/);
  });
  test('in a tenant\'s own channel everybody sees that tenant alone', async () => {
    await setUp();
    const { channel } = desk.lab.estate.tenants.find(({ name }) => name === 'cluster01')!;
    expect(JSON.stringify(await formOf('ANA', 'move', null, channel))).not.toMatch(/cluster02|customerB/);
    expect(choices(await formOf('ANA', 'move', null, desk.lab.estate.provider.channel), 'scope').join(' ')).toMatch(/cluster02/);
  });
  test('a requester is offered planned moves alone, and no rehearsal', async () => {
    await setUp();
    expect(choices(await formOf('RITA', 'move'), 'dr_type')).toEqual(['planned']);
    expect((await open('RITA', 'drill')).card?.text).toMatch(/needs the role operator/);
  });
  test.each<[FormName, RegExp]>([['move', /may not ask for a move/], ['drill', /may not ask for a rehearsal/], ['silence', /may not silence/], ['maintenance', /may not mark/], ['break-glass', /No run waits here/]])('a viewer gets no form %s, and is told why', async (name, why) => {
    await setUp();
    const reply = await open('VIC', name);
    expect([reply.form, reply.status]).toEqual([undefined, 1]);
    expect(reply.card?.text).toMatch(why);
  });
  test('hosts are the provider\'s to mark', async () => {
    await setUp();
    expect(choices(await formOf('ANA', 'maintenance'), 'machine')).toContain('host pbrazos');
    expect(choices(await formOf('OLGA', 'maintenance'), 'machine').some((value) => value.startsWith('host '))).toBe(false);
  });
  test('the line to type instead is one that the grammar knows', async () => {
    await setUp();
    for (const name of ['move', 'drill', 'silence', 'maintenance'] as const) expect(parse((await formOf('ANA', name)).typed)).toMatchObject({ ok: true });
  });
});

describe('a form that is sent off is a typed command', () => {
  test('move: a plan that waits for approval, with the reason as it was written', async () => {
    await setUp();
    const reply = await submit('ANA', 'move', { scope: 'site cluster01 customerA', dr_type: 'planned', reason: 'moving the "racks"; it\'s time' });
    expect(reply).toMatchObject({ status: 0, card: { text: expect.stringMatching(/customerA/) } });
    const run = [...desk.node.state.runs.values()].at(-1)!;
    expect(run).toMatchObject({ status: 'proposed', plan: { because: { reason: 'moving the \'racks\'; it\'s time' }, requestedBy: { person: 'ana', surface: 'slack' } } });
    expect(reply.card!.actions.map(({ verb }) => verb)).toContain('hold');
  });
  test('move: a host group, planned to start in a window', async () => {
    await setUp();
    await submit('ANA', 'move', { scope: 'host_group HG_A', dr_type: 'planned', at: '2026-11-22T02:00Z', window: '2h' });
    expect([...desk.node.state.runs.values()].at(-1)!.plan).toMatchObject({ operation: { scope: { class: 'host_group', name: 'HG_A' } }, window: { from: Date.UTC(2026, 10, 22, 2), to: Date.UTC(2026, 10, 22, 4) } });
  });
  test('drill: a rehearsal, never a move', async () => {
    await setUp();
    // Test VMs stand in networks of their own, or there is no rehearsal: the desk says so in its answer.
    expect((await submit('ANA', 'drill', { scope: 'site cluster01 customerA' })).card?.text).toContain('no rehearsal map');
    await desk.node.say('ana', 'modify system drvlanmap=10:110,20:120 tenant=cluster01');
    expect(await submit('ANA', 'drill', { scope: 'site cluster01 customerA' })).toMatchObject({ status: 0 });
    expect([...desk.node.state.runs.values()].at(-1)!.plan.operation).toMatchObject({ verb: 'move', drTest: true, drType: null });
  });
  test('silence: what is about an open incident is kept back, for its tenant, with the reason', async () => {
    await setUp();
    const incidents = createIncidents({ journal: desk.node.parts.journal, live: desk.node.parts.live, clock: desk.node.parts.clock });
    await incidents.raise(anEvent({ name: 'VIOS_FAILURE', severity: 'warning', entityClass: 'vios', entity: 'vios 1', key: 'VIOS_FAILURE:vios 1', occurredAt: desk.lab.clock.now() }));
    await incidents.raise(anEvent({ name: 'SITE_LOST', entityClass: 'site', entity: 'customerA', key: 'SITE_LOST:customerA', occurredAt: desk.lab.clock.now() }));
    const form = await formOf('ANA', 'silence', 'i-1');
    expect(choices(form, 'what').slice(0, 2)).toEqual(['I-1', 'class hmc']);
    expect(field(form, 'what')).toMatchObject({ initial: 'I-1' });
    expect(await submit('ANA', 'silence', { what: 'I-1', for: '4h', reason: 'the "firmware"', severity: 'told' })).toMatchObject({ status: 0, card: { text: expect.stringMatching(/L-1: VIOS_FAILURE of vios 1, all but critical, cluster01/) } });
    expect(desk.node.state.silences.get('L-1')).toMatchObject({ tenant: 'cluster01', matcher: { event: 'VIOS_FAILURE', entity: 'vios 1', class: null, severity: null }, reason: 'the \'firmware\'', by: 'ana' });
    await incidents.raise(anEvent({ occurredAt: desk.lab.clock.now() }));
    expect(await submit('ANA', 'silence', { what: 'I-3', for: '1h', reason: 'known', severity: 'told' })).toMatchObject({ status: 0 });
    expect(desk.node.state.silences.get('L-2')).toMatchObject({ matcher: { event: 'HOST_FAILURE', entity: 'pbrazos', severity: 'critical' } });
    expect(await submit('ANA', 'silence', { what: 'class vm', for: '1h', reason: 'patches', tenant: '*', severity: 'critical' })).toMatchObject({ status: 0 });
    expect(desk.node.state.silences.get('L-3')).toMatchObject({ tenant: null, matcher: { class: 'vm', severity: 'critical' } });
  });
  test.each<[string, string, RegExp]>([['OLGA', 'I-1', /I-1 is critical: the provider's operators silence it/], ['ANA', 'I-2', /told in any case/], ['ANA', 'I-9', /no open incident that you can see/]])('silence of one incident: %s gets none for %s, and is told why', async (who, about, why) => {
    await setUp();
    const incidents = createIncidents({ journal: desk.node.parts.journal, live: desk.node.parts.live, clock: desk.node.parts.clock });
    await incidents.raise(anEvent({ occurredAt: desk.lab.clock.now() }));
    await incidents.raise(anEvent({ name: 'SITE_LOST', entityClass: 'site', entity: 'customerA', key: 'SITE_LOST:customerA', occurredAt: desk.lab.clock.now() }));
    const reply = await open(who, 'silence', about.toLowerCase());
    expect([reply.form, reply.status]).toEqual([undefined, 1]);
    expect(reply.card?.text).toMatch(why);
  });
  test('silence: a customer\'s operator is not offered critical ones, nor another tenant', async () => {
    await setUp();
    const form = await formOf('OLGA', 'silence');
    expect(form.fields.map(({ name }) => name)).toEqual(['what', 'for', 'reason']);
    expect(await submit('OLGA', 'silence', { what: 'class vm', for: '1h', reason: 'patches' })).toMatchObject({ status: 0 });
    expect(desk.node.state.silences.get('L-1')).toMatchObject({ tenant: 'cluster01', matcher: { severity: null } });
  });
  test('maintenance: the mark, and back again', async () => {
    await setUp();
    expect((await formOf('ANA', 'maintenance')).text).toMatch(/silences nothing.*no end/);
    expect(await submit('ANA', 'maintenance', { machine: 'vm payroll', maintenance: 'yes' })).toMatchObject({ status: 0 });
    const mark = (): unknown => desk.node.state.estate!.tenants.flatMap(({ vms }) => vms).find(({ name }) => name === 'payroll')!.maintenance;
    expect(mark()).toBe(true);
    expect(await submit('ANA', 'maintenance', { machine: 'vm payroll', maintenance: 'no' })).toMatchObject({ status: 0 });
    expect(mark()).toBeUndefined();
  });
  test('break-glass: one person goes on, and the journal names the rule and the reason', async () => {
    await setUp({ people: 2, breakGlass: ['no-second-person', 'freeze'] });
    await submit('ANA', 'move', { scope: 'site cluster01 customerA', dr_type: 'planned' });
    const run = [...desk.node.state.runs.values()].at(-1)!;
    const form = await formOf('ANA', 'break-glass');
    expect(choices(form, 'run')).toEqual([`${run.plan.run}.1`]);
    expect(choices(form, 'rules')).toEqual(['no-second-person', 'freeze']);
    expect(await submit('ANA', 'break-glass', { run: `${run.plan.run}.1`, rules: ['no-second-person'], reason: 'nobody answers' })).toMatchObject({ status: 0 });
    expect((await desk.lab.entries()).filter(({ event }) => event.type === 'glass.broken').map(({ event }) => event)).toMatchObject([{ rules: ['no-second-person'], reason: 'nobody answers', by: 'ana' }]);
  });
  test('break-glass: a plan that changed since it was read is not let go', async () => {
    await setUp({ people: 2, breakGlass: ['no-second-person'] });
    await submit('ANA', 'move', { scope: 'site cluster01 customerA', dr_type: 'planned' });
    const run = [...desk.node.state.runs.values()].at(-1)!.plan.run;
    expect(await submit('ANA', 'break-glass', { run: `${run}.2`, rules: ['no-second-person'], reason: 'nobody answers' })).toMatchObject({ errors: { run: expect.stringContaining('something changed since') } });
    expect((await desk.lab.entries()).some(({ event }) => event.type === 'glass.broken')).toBe(false);
  });
});

describe('what is filled in is read strictly', () => {
  test.each<[string, FormName, FormValues, string, RegExp]>([
    ['a site of another tenant', 'move', { scope: 'site cluster02 customerB', dr_type: 'planned' }, 'scope', /not there any more/],
    ['words instead of a choice', 'move', { scope: 'site from=customerA to=x reason=y', dr_type: 'planned' }, 'scope', /not there any more/],
    ['nothing where something is needed', 'move', { dr_type: 'planned' }, 'scope', /Fill this in/],
    ['two where one is asked for', 'move', { scope: ['site cluster01 customerA', 'host_group HG_A'], dr_type: 'planned' }, 'scope', /Choose one/],
    ['a moment in words', 'move', { scope: 'site cluster01 customerA', dr_type: 'planned', at: 'tomorrow' }, 'at', /date and a time/],
    ['a reason without end', 'move', { scope: 'site cluster01 customerA', dr_type: 'planned', reason: 'x'.repeat(501) }, 'reason', /At most 500/],
    ['a field that the form has not', 'move', { scope: 'site cluster01 customerA', dr_type: 'planned', force: 'yes' }, 'scope', /has changed/],
    ['a name of an object\'s own', 'move', { scope: 'site cluster01 customerA', dr_type: 'planned', constructor: 'yes' }, 'scope', /has changed/],
  ])('%s', async (_title, name, values, at, says) => {
    await setUp();
    const before = runs();
    const reply = await submit('OLGA', name, values);
    expect(reply.errors?.[at]).toMatch(says);
    expect(reply.card?.text).toMatch(/Nothing was done/);
    expect(runs()).toEqual(before);
  });
  test('what only the desk knows to be wrong comes back at its field', async () => {
    await setUp();
    expect((await submit('ANA', 'move', { scope: 'site cluster01 customerA', dr_type: 'planned', at: '2020-01-01T02:00Z' })).errors).toEqual({ at: expect.stringContaining('That time is over') });
    expect((await submit('ANA', 'move', { scope: 'site cluster01 customerA', dr_type: 'planned', window: '2h' })).errors).toEqual({ window: expect.stringContaining('needs a time') });
  });
  test('whose role went since it was opened is refused as if it had been typed', async () => {
    await setUp();
    expect((await submit('VIC', 'move', { scope: 'site cluster01 customerA', dr_type: 'planned' })).card?.text).toMatch(/may not ask for a move/);
  });
  test('sent off twice it is one run', async () => {
    await setUp();
    const delivery = desk.from('T1/UANA');
    const values = { scope: 'site cluster01 customerA', dr_type: 'planned' };
    const before = runs().length;
    await Promise.all([desk.handler.submit(delivery, 'move', null, values), desk.handler.submit(delivery, 'move', null, values)]);
    expect(runs().length).toBe(before + 1);
  });
});

test.each(['plain', 'two words', 'a "quoted" part', '“curly” and ‘single’', "it's", 'a=b reason=c', 'line\nbreak', '\u202etxet', '`*_<!channel>', '{{{x}}}'])('the value %j comes out of the grammar as one value of its attribute', (value) => {
  const parsed = parse(`move site from=a to=b${attribute('reason', value)} at=x`);
  const expected = value.replace(/["“”]/g, '\'').replace(/[‘’]/g, '\'').replace(/[\n\u202e]/g, ' ');
  expect(parsed.ok && [...parsed.command.attributes]).toEqual([['from', 'a'], ['to', 'b'], ['reason', expected], ['at', 'x']]);
  expect(parse(`hold R-1 reason=${quoted(value)}`)).toMatchObject({ ok: true });
});

describe('somebody who is not linked', () => {
  test('gets no form, and finds it offered after linking', async () => {
    await setUp();
    expect((await open('ERIK', 'move')).card?.text).toMatch(/does not know whose Slack account[\s\S]*offered to you again when you have linked/);
    const code = await desk.node.parts.once.issueCode('link:slack', 'dora', 60_000);
    const linked = await desk.handler.command(desk.from('T1/UERIK'), `link ${code}`);
    expect(linked.card?.actions.map(({ verb, label }) => [verb, label])).toEqual([['form', 'Open the form']]);
    expect((await desk.handler.action(desk.from('T1/UERIK'), linked.card!.actions[0]!.id)).card?.text).toMatch(/may not ask for a move/);
  });
  test('cannot send one off', async () => {
    await setUp();
    expect((await submit('ERIK', 'move', { scope: 'site cluster01 customerA', dr_type: 'planned' })).card?.text).toMatch(/does not know whose/);
  });
});

describe('plain help', () => {
  test('has a button for each form that the reader\'s roles allow, and the button opens it', async () => {
    await setUp();
    const buttons = async (who: string): Promise<string[]> => (await desk.handler.command(desk.from(`T1/U${who}`), '')).card!.actions.map(({ label }) => label);
    expect([await buttons('ANA'), await buttons('RITA'), await buttons('CHRIS'), await buttons('VIC')]).toEqual([['Move...', 'Rehearse...', 'Silence...', 'Maintenance mark...', 'Break glass...'], ['Move...'], ['Break glass...'], []]);
    const help = await desk.handler.command(desk.from('T1/UANA'), 'help');
    expect((await desk.handler.action(desk.from('T1/UANA'), help.card!.actions[0]!.id)).form).toMatchObject({ name: 'move' });
  });
  test('in a tenant\'s channel its examples are of that tenant', async () => {
    await setUp();
    const { channel } = desk.lab.estate.tenants.find(({ name }) => name === 'cluster02')!;
    const text = (await desk.handler.command(desk.from('T1/UANA', { place: channel }), 'help')).card!.text;
    expect(text).toContain('customerB');
    expect(text).not.toContain('customerA');
  });
});
