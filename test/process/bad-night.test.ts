import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '../support/free-port.js';
import { createVar, fastEstate, startLifeboat, type Answered, type Lifeboat } from '../support/lifeboat.js';
import { startMailServer, type MailServer } from '../support/mail-server.js';
import { until } from '../support/poll.js';

interface Vm { readonly Name: string; readonly State: string }
interface Message { readonly key: string; readonly to: string; readonly status: string; readonly attempts: number; readonly lastError: string | null }
type Call = Awaited<ReturnType<Lifeboat['as']>>;

async function begin(clockRate: number, env: Readonly<Record<string, string>> = {}) {
  const place = createVar();
  const lifeboat = await startLifeboat({ varDirectory: place.varDirectory, env: { LIFEBOAT_ESTATE: fastEstate(place.folder, clockRate), ...env } });
  const vms = async (): Promise<Vm[]> => (await lifeboat.command('query vm')).json as Vm[];
  await until('every mirrored VM ready to move', async () => (await vms()).filter((vm) => vm.State === 'READY_TO_MOVE').length === 11, 30_000);
  const ana = await lifeboat.as('ana');
  return {
    ...place, lifeboat, ana,
    state: async (run: string): Promise<string> => ((await lifeboat.command(`query run ${run}`)).json as [{ State: string }])[0].State,
    mail: async (): Promise<Message[]> => (await ana<{ messages: Message[] }>('GET', '/api/outbox')).messages.filter(({ key }) => key.includes('/email/')),
    async end() { await lifeboat.stop(); place.done(); },
  };
}
type Night = Awaited<ReturnType<typeof begin>>;

describe('the mail server is down, then greylists, refuses one address, and goes down again', () => {
  let night: Night;
  let server: MailServer | null = null;
  let port = 0;
  const dora = 'dora@customer-a.example';
  const received: string[] = [];
  const serve = async (): Promise<void> => {
    server = await startMailServer({ port, options: { allowInsecureAuth: true, onAuth: ({ password }, _session, callback) => { callback(password === 'hunter2' ? null : Object.assign(new Error('wrong password'), { responseCode: 535 }), { user: 'lifeboat' }); } }, recipient: (address, before) => (address === dora ? { code: 550, says: '5.1.1 No such user here' } : before === 0 ? { code: 451, says: '4.7.1 Greylisted, try again later' } : null) });
  };
  const silence = async (): Promise<void> => {
    received.push(...server!.received.map(({ headers }) => headers.get('x-lifeboat-id')!));
    await server!.close();
    server = null;
  };
  beforeAll(async () => {
    port = await freePort();
    night = await begin(60, { SMTP_URL: `smtp://lifeboat:hunter2@127.0.0.1:${port}` });
  }, 60_000);
  afterAll(async () => { await server?.close(); await night.end(); }, 60_000);

  test('down: mail waits in the outbox, each with the reason, and the console has the incident', async () => {
    await night.ana('POST', '/api/faults/inject', { fault: 'host-down', target: 'pbrazos' });
    const waiting = await until('mail that could not be delivered', async () => { const mail = await night.mail(); return mail.length >= 6 && mail.every(({ attempts }) => attempts > 0) ? mail : null; }, 30_000);
    expect([...new Set(waiting.map(({ status }) => status))]).toEqual(['queued']);
    expect([...new Set(waiting.map(({ lastError }) => lastError))]).toEqual([expect.stringContaining('The mail server could not be reached')]);
    const { incidents } = await night.ana<{ incidents: { title: string; proposedRun: string | null }[] }>('GET', '/api/incidents');
    expect(incidents).toEqual([expect.objectContaining({ title: expect.stringContaining('pbrazos'), proposedRun: expect.stringMatching(/^R-\d+$/) })]);
  }, 60_000);

  test('back: every mail arrives once, though greylisted; the refused one is a dead letter that everybody can see', async () => {
    await serve();
    const over = await until('every mail to be sent or given up', async () => { const mail = await night.mail(); return mail.every(({ status }) => status !== 'queued') ? mail : null; }, 60_000);
    const dead = over.filter(({ status }) => status === 'failed');
    expect(dead.map(({ to, lastError }) => [to, lastError])).toEqual([[`dora (${dora})`, expect.stringContaining('550 5.1.1 No such user here')]]);
    const sent = over.filter(({ status }) => status === 'sent').map(({ key }) => key);
    expect(server!.received.map(({ headers }) => headers.get('x-lifeboat-id')).toSorted()).toEqual(sent.toSorted());
    expect(server!.received.every(({ parts }) => parts.length === 2)).toBe(true);
  }, 90_000);

  test('down once more while news come in, and Lifeboat itself killed: after both are back, all of it arrives', async () => {
    await silence();
    await night.ana('POST', '/api/faults/revert', { fault: 'host-down', target: 'pbrazos' });
    await until('the news to wait', async () => (await night.mail()).some(({ key, attempts }) => key.includes(':resolved') && attempts > 0), 30_000);
    await night.lifeboat.kill();
    await serve();
    const again = await startLifeboat({ varDirectory: night.varDirectory, env: { LIFEBOAT_ESTATE: join(night.folder, 'estate.yaml'), SMTP_URL: `smtp://lifeboat:hunter2@127.0.0.1:${port}` } });
    const call = await again.as('ana');
    night = { ...night, lifeboat: again, ana: call, mail: async () => (await call<{ messages: Message[] }>('GET', '/api/outbox')).messages.filter(({ key }) => key.includes('/email/')), end: async () => { await again.stop(); night.done(); } };
    const over = await until('every mail to be sent or given up', async () => { const mail = await night.mail(); return mail.every(({ status }) => status !== 'queued') ? mail : null; }, 90_000);
    await silence();
    expect(new Set(received).size).toBe(received.length);
    expect(received.toSorted()).toEqual(over.filter(({ status }) => status === 'sent').map(({ key }) => key).toSorted());
    expect(over.some(({ key, status }) => key.includes(':resolved') && status === 'sent')).toBe(true);
  }, 150_000);

  test('the password of the mail server is nowhere', async () => {
    const text = readFileSync(join(night.varDirectory, 'lifeboat.log'), 'utf8') + JSON.stringify(await night.mail());
    expect(text.length).toBeGreaterThan(200);
    expect(text).not.toContain('hunter2');
  });
});

describe('Slack cannot be reached at the start', () => {
  const slackEnvironment = { SLACK_BOT_TOKEN: 'xoxb-111111-222222-abcdefghijkl', SLACK_SIGNING_SECRET: 'sixteen-byte-sign' };
  test.each<[string, Readonly<Record<string, string>>]>([['HTTP receiver', {}], ['Socket Mode', { SLACK_APP_TOKEN: 'xapp-1-A1-222-abcdef' }]])('%s: Lifeboat lives, the console works, readiness says it', async (_title, more) => {
    const night = await begin(60, { ...slackEnvironment, ...more, SLACK_API_URL: `http://127.0.0.1:${await freePort()}/api/` });
    try {
      const { checks } = (await until('Slack to be known as away', async () => { const answer = (await (await fetch(`${night.lifeboat.address}/readyz`)).json()) as { ok: boolean; checks: { name: string; ok: boolean; says: string }[] }; return answer.checks.some(({ name, says }) => name === 'slack' && /no connection \(ECONNREFUSED\)/.test(says)) ? answer : null; }, 20_000));
      expect(checks.filter(({ name }) => name !== 'slack').every(({ ok }) => ok)).toBe(true);
      expect((await fetch(`${night.lifeboat.address}/`)).status).toBe(200);
      const asked = await night.lifeboat.command('move site from=customerA to=service_provider');
      expect(asked.status).toBe(0);
      await until('the console to show it', async () => (await night.ana<{ messages: { key: string }[] }>('GET', '/api/messages?conversation=channel%3Acluster01')).messages.some(({ key }) => key.startsWith(`run:${asked.run}/web`)));
      expect(night.lifeboat.child.exitCode).toBeNull();
      const log = readFileSync(join(night.varDirectory, 'lifeboat.log'), 'utf8');
      for (const secret of [...Object.values(slackEnvironment), ...Object.values(more)]) expect(log).not.toContain(secret);
    } finally {
      await night.end();
    }
  }, 90_000);
});

describe('people at night', () => {
  let night: Night;
  let dora: Call;
  let erik: Call;
  let first = '';
  let second = '';
  const say = (line: string, as?: string): Promise<Answered> => night.lifeboat.command(line, as);
  beforeAll(async () => {
    night = await begin(10);
    dora = await night.lifeboat.as('dora');
    erik = await night.lifeboat.as('erik');
  }, 60_000);
  afterAll(() => night.end(), 60_000);

  test.each<[string, string, string, number, RegExp]>([
    ['a misspelt site', 'move site from=customerA to=service_provider2', 'ana', 2, /no site 'service_provider2'.*Did you mean '?service_provider/s],
    ['a misspelt action', 'mvoe site from=customerA to=service_provider', 'ana', 4, /Did you mean '?move/],
    ['an unknown command', 'launch rockets', 'ana', 4, /launch.*help/s],
    ['a missing name', 'approve', 'ana', 3, /needs a run/],
    ['a run that does not exist', 'approve R-999', 'ana', 2, /no run R-999/],
    ['an operation by a viewer', 'move site from=customerA to=service_provider', 'vic', 1, /needs the role operator/],
    ['a site of another tenant', 'query site customerB', 'dora', 2, /no site 'customerB'/],
    ['ksysmgr in front, as pasted', 'ksysmgr query version', 'ana', 0, /Lifeboat version/],
  ])('%s', async (_title, line, as, status, words) => {
    const answer = await say(line, as);
    expect([answer.status, answer.text]).toEqual([status, expect.stringMatching(words)]);
  });

  test('a secret that is typed is refused, and is found nowhere afterwards', async () => {
    const secret = 'Tr0ub4dor-and-3';
    for (const line of [`modify hmc vmhmc1 password=${secret}`, `move site from=customerA to=service_provider reason="token=${secret}"`, `query vm --token ${secret} secret: ${secret}`]) {
      const answer = await say(line);
      expect([answer.status, answer.text]).toEqual([4, expect.stringContaining('holds a secret')]);
      expect(JSON.stringify(answer)).not.toContain(secret);
    }
    const typed = await night.ana<{ status: number }>('POST', '/api/say', { conversation: 'channel:cluster01', text: `modify hmc vmhmc1 password=${secret}`, deliveryId: 'secret-delivery' });
    expect(typed.status).toBe(4);
    const everywhere = await Promise.all(['/api/journal', '/api/outbox', '/api/messages?conversation=channel%3Acluster01', '/api/runs', '/metrics'].map((path) => fetch(`${night.lifeboat.address}${path}`).then((answer) => answer.text())));
    const asAna = await Promise.all(['/api/journal', '/api/outbox', '/api/messages?conversation=channel%3Acluster01', '/api/runs'].map((path) => night.ana('GET', path)));
    const files = [join(night.varDirectory, 'lifeboat.log'), join(night.varDirectory, 'postgres', 'postgres.log'), join(night.varDirectory, 'world', 'effects.jsonl')].map((file) => readFileSync(file, 'utf8'));
    expect([...everywhere, JSON.stringify(asAna), night.lifeboat.printed(), ...files].filter((text) => text.includes(secret))).toEqual([]);
  });

  test('the requester cannot approve, a viewer cannot, another tenant does not even see the run: each is told why', async () => {
    const asked = await say('move site from=customerA to=service_provider', 'ana');
    first = asked.run!;
    expect(await say(`approve ${first}`, 'ana')).toMatchObject({ status: 1, text: expect.stringMatching(/You asked for R-\d+, so you can't approve it.*Ben|ben/s) });
    expect(await say(`approve ${first}`, 'vic')).toMatchObject({ status: 1, text: expect.stringContaining('needs the role approver') });
    expect(await say(`approve ${first}`, 'erik')).toMatchObject({ status: 2, text: expect.stringContaining(`There is no run ${first} that you can see`) });
    expect(await say('move site from=customerA to=service_provider', 'ben')).toMatchObject({ status: 1, run: first, text: expect.stringContaining('no second run was made') });
    expect(await night.state(first)).toBe('proposed');
  });

  test('a double click decides once; the late one learns what became of it', async () => {
    const [one, two] = await Promise.all([say(`approve ${first}`, 'ben'), say(`approve ${first}`, 'ben')]);
    expect([one!.status, two!.status].toSorted()).toEqual([0, 1]);
    expect((one!.status === 1 ? one : two)!.text).toMatch(/was approved by ana and ben/);
    expect(await say(`approve ${first}`, 'chris')).toMatchObject({ status: 1, text: expect.stringMatching(/was approved by ana and ben at .*it is (granted|running) now/) });
    expect(await say(`reject ${first}`, 'chris')).toMatchObject({ status: 1, text: expect.stringContaining('was approved by ana and ben') });
  });

  test('a second move to the same recovery host waits, and its tenant sees its place and nothing of the other', async () => {
    // Held with its locks, so that it is still there when the second one asks.
    await until('the first holds the recovery host', async () => ((await say('query lock', 'ana')).json as { Run: string; Holds: unknown }[]).some((lock) => lock.Run === first && lock.Holds !== 'None'));
    expect(await say(`hold ${first}`, 'dora')).toMatchObject({ status: 0, text: expect.stringContaining('is held') });
    second = (await say('move site from=customerB to=service_provider', 'ana')).run!;
    expect((await say(`approve ${second}`, 'ben')).status).toBe(0);
    await until('it waits', async () => (await night.state(second)) === 'queued, position 1');
    const { runs } = await erik<{ runs: { run: string; says: string }[] }>('GET', '/api/runs');
    expect(runs.find(({ run }) => run === second)!.says).toBe('Approved; queued, position 1');
    const seen = JSON.stringify([await say('query run', 'erik'), await say(`why ${second}`, 'erik'), await say('query lock', 'erik'), await say('query vm', 'erik'), runs,
      ...(await Promise.all(['/api/estate', '/api/incidents', '/api/outbox', '/api/journal', '/api/messages?conversation=channel%3Acluster02', `/api/runs/${second}`].map((path) => erik('GET', path))))]);
    for (const theirs of [`${first} `, `"${first}"`, 'cluster01', 'customerA', 'pbrazos', 'HG_A', 'billing', 'payroll', 'vmhmc1', 'salocal_A', 'Dora']) expect([theirs, seen.includes(theirs)]).toEqual([theirs, false]);
    await expect(erik('GET', `/api/runs/${first}`)).rejects.toThrow('404');
    await expect(erik('GET', '/api/messages?conversation=channel%3Acluster01')).rejects.toThrow('404');
    expect(JSON.stringify(await dora('GET', '/api/runs'))).not.toContain(second);
  });

  test('anyone of the tenant holds it, the quorum lets it go on, and both moves end well, one after the other', async () => {
    expect(await say(`hold ${first}`, 'erik')).toMatchObject({ status: 2 });
    expect(await say(`hold ${first}`, 'dora')).toMatchObject({ status: 0, text: expect.stringContaining('held already') });
    expect(await say(`resume ${first}`, 'dora')).toMatchObject({ status: 1, text: expect.stringContaining('You may not let') });
    expect(await say(`resume ${first}`, 'ana')).toMatchObject({ status: 0, text: expect.stringContaining('1 more person is needed') });
    expect(await say(`resume ${first}`, 'ben')).toMatchObject({ status: 0, text: expect.stringContaining('goes on') });
    await until('both to end', async () => (await night.state(first)) === 'succeeded' && (await night.state(second)) === 'succeeded', 90_000);
    expect((await say('query vm')).json).toEqual(expect.arrayContaining([expect.objectContaining({ 'Name': 'archive', 'Active site': 'customerB' })]));
    expect(((await say('query vm')).json as { 'Active site': string }[]).filter((vm) => vm['Active site'] === 'service_provider')).toHaveLength(11);
  }, 120_000);
});
