import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Answer } from '../../src/core/answer.js';
import { optedOutBecause } from '../../src/core/opt-out.js';
import { createDesk } from '../../src/desk/create-desk.js';
import type { DeskParts } from '../../src/desk/parts.js';
import { createMemoryOutbox } from '../../src/journal/memory-outbox.js';
import { createIncidents } from '../../src/notify/incidents.js';
import { createOptOuts, type OptOuts } from '../../src/notify/opt-outs.js';
import { JournalError, type Journal } from '../../src/ports/journal.js';
import { tinyEstate } from '../scenarios/lab/estates.js';
import { createLab, type Lab } from '../scenarios/lab/lab.js';

const phone = '+15550001002';

describe('an opt-out whose START never came', () => {
  let lab: Lab;
  let parts: DeskParts;
  let optOuts: OptOuts;
  let say: (line: string, who?: string) => Promise<Answer>;
  const person = (name: string) => parts.live.current.estate!.people.find((each) => each.name === name)!;
  const refused = () => optedOutBecause(parts.live.current, 'sms', phone);
  beforeEach(async () => {
    const estate = tinyEstate();
    lab = createLab({ estate: { ...estate, people: estate.people.map((each) => (each.name === 'ben' ? { ...each, phone } : each)) } });
    parts = { ...(await lab.boot()).parts, deliveries: createMemoryOutbox(lab.clock) };
    const desk = createDesk(parts);
    say = (line, who = 'ana') => desk.command({ person: person(who), surface: 'cli' }, line);
    optOuts = createOptOuts({ incidents: createIncidents({ ...parts }), live: parts.live, clock: parts.clock });
    await optOuts.out('sms', phone, 'that phone sent STOP');
  });
  afterEach(() => lab.close());

  test('is cleared by an operator of the provider: the incident ends, messages go there again, and the answer says what the carrier may still do', async () => {
    expect(refused()).not.toBeNull();
    const answer = await say('delete opt_out ben reason="asked by phone"');
    expect(answer).toMatchObject({ kind: 'said', status: 0, text: expect.stringMatching(/^Text messages go to ben again \(I-1 ended\)\..*Twilio refuses with error 21610 until that phone sends START.*CONTACT_UNREACHABLE opens again/), json: { person: 'ben', incidents: ['I-1'] } });
    expect([refused(), parts.live.current.incidents.get('I-1')!.resolvedAt]).toEqual([null, expect.any(Number)]);
  });

  test('stands in the journal with who and why', async () => {
    await say('delete opt_out ben reason="asked by phone"');
    const entries = await parts.journal.read({ afterSeq: 0, limit: 10_000 });
    expect(entries.slice(-2).map(({ actor, event }) => [actor, event])).toEqual([
      [{ kind: 'person', person: 'ana', surface: 'cli' }, { type: 'incident.resolved', incident: 'I-1', evidence: [{ saw: 'ana cleared the opt-out by sms, without START: asked by phone', by: 'ana', at: expect.any(Number) }] }],
      [{ kind: 'person', person: 'ana', surface: 'cli' }, { type: 'note', about: 'opt-out', text: 'ana cleared the opt-out of ben: asked by phone', data: { person: 'ben', incidents: ['I-1'] } }],
    ]);
  });

  test('stands again where the carrier keeps the block', async () => {
    await say('delete opt_out ben reason="asked by phone"');
    await optOuts.out('sms', phone, 'the carrier says that the phone sent STOP');
    expect(refused()).toContain('the carrier says');
  });

  test('is shown with the person, with the messages, and by itself; to people of a tenant not at all', async () => {
    await parts.deliveries!.list({});
    const outbox = parts.deliveries as ReturnType<typeof createMemoryOutbox>;
    await outbox.want([{ key: 'page:I-3.0/sms/x', surface: 'sms', target: { kind: 'person', person: 'ben', identity: phone }, threadKey: null, subject: { view: 'page', id: 'I-3.0', seq: 1 }, tenant: null, wanted: 1, editable: false }], { consumer: 'c', from: 0, to: 1 });
    const rows = async (line: string, who = 'ana') => { const answer = await say(line, who); return answer.kind === 'blocks' ? answer.json as Record<string, unknown>[] : answer; };
    expect(await rows('query opt_out')).toMatchObject([{ 'Opted out': 'ben', Way: 'sms', Incident: 'I-1', 'Ends with': ['START from that phone to the number that messages come from', 'delete opt_out ben reason="..."'] }]);
    expect(await rows('query person ben')).toMatchObject([{ 'Text messages': expect.stringContaining('none arrive'), 'Where START never comes': 'delete opt_out ben reason="..."' }]);
    expect(await rows('query delivery')).toMatchObject([{ 'Opted out': expect.stringContaining('that phone sent STOP') }]);
    expect(JSON.stringify(await rows('query opt_out', 'dora'))).not.toContain('ben');
  });

  test.each<[string, string, number, string, RegExp]>([
    ['delete opt_out', 'ana', 3, 'name-missing', /Name one of: ben.*delete opt_out ben reason/], ['delete opt_out ben', 'ana', 3, 'reason-missing', /write what makes you certain.*delete opt_out ben reason/], ['delete opt_out ben reason=" "', 'ana', 3, 'reason-missing', /Why/],
    ['delete opt_out bne reason=x', 'ana', 2, 'no-opt-out', /No opt-out of 'bne' stands.*delete opt_out ben reason=x$/], ['delete opt_out ana reason=x', 'ana', 2, 'no-opt-out', /No opt-out of 'ana' stands/], ['delete opt_out ben because=x', 'ana', 4, 'unknown-attribute', /no attribute 'because'.*It takes reason/],
    ['delete opt_out ben reason=x', 'dora', 1, 'not-an-operator', /operator of the provider.*Nothing was changed/], ['delete opt_out ben reason=x', 'chris', 1, 'not-an-operator', /operator of the provider/],
  ])('%s by %s is refused, and it stands', async (line, who, status, code, says) => {
    const answer = await say(line, who) as Extract<Answer, { kind: 'refusal' }>;
    expect([answer.kind, answer.status, answer.code, `${answer.what} ${answer.next} ${answer.command ?? ''}`]).toEqual(['refusal', status, code, expect.stringMatching(says)]);
    expect(refused()).not.toBeNull();
  });

  test('is cleared once, also where others write incidents at the same moment', async () => {
    let met = 0;
    const journal: Journal = { ...parts.journal, append: async (batch) => {
      if (met++ === 0) { await createIncidents({ ...parts }).raise({ name: 'HMC_UNREACHABLE', severity: 'critical', entityClass: 'hmc', entity: 'h', uuid: null, tenant: null, site: null, description: 'x', occurredAt: parts.clock.now(), source: 'engine', evidence: [], key: 'HMC_UNREACHABLE:h' }); throw new JournalError('conflict', 'somebody was faster'); }
      return parts.journal.append(batch);
    } };
    const desk = createDesk({ ...parts, journal });
    expect(await desk.command({ person: person('ana'), surface: 'cli' }, 'delete opt_out ben reason="asked by phone"')).toMatchObject({ status: 0, json: { incidents: ['I-1'] } });
    expect([met, refused()]).toEqual([2, null]);
    expect(await say('delete opt_out ben reason=x')).toMatchObject({ kind: 'refusal', code: 'no-opt-out' });
  });
});
