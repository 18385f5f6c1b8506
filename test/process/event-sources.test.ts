import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '../support/free-port.js';
import { createVar, startLifeboat, type Lifeboat } from '../support/lifeboat.js';
import { needs } from '../support/needs.js';
import { until } from '../support/poll.js';

const [token, ksysToken] = ['a-token-of-prometheus', 'a-token-of-ksys'];
const alertmanager = '/usr/bin/prometheus-alertmanager';
interface Told { readonly type: string; readonly data: { readonly title: string; readonly event?: { readonly name: string; readonly entity: string } } }

describe('events of other systems, through the whole product', () => {
  const place = createVar('lifeboat-sources-');
  const told: Told[] = [];
  const hook = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => { parts.push(part); }).on('end', () => { told.push(...JSON.parse(Buffer.concat(parts).toString('utf8')) as Told[]); response.end(); });
  });
  let lifeboat: Lifeboat;
  let port = 0;
  const start = async (): Promise<Lifeboat> => startLifeboat({ varDirectory: place.varDirectory, env: { PORT: String(port), LIFEBOAT_ESTATE: join(place.folder, 'estate.yaml'), PROMETHEUS_TOKEN: token, KSYS_TOKEN: ksysToken, NOTIFY_WEBHOOK_URL: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/hook` } });
  const incidents = async (): Promise<string> => (await lifeboat.command('query incident')).text;

  beforeAll(async () => {
    port = await freePort();
    await new Promise<void>((done) => { hook.listen(0, '127.0.0.1', done); });
    writeFileSync(join(place.folder, 'estate.yaml'), `${readFileSync('estates/demo.yaml', 'utf8')}\nevent_sources:\n  - name: prometheus\n    kind: alertmanager\n    token: env:PROMETHEUS_TOKEN\n  - name: ksys\n    kind: json\n    token: env:KSYS_TOKEN\n`);
    lifeboat = await start();
  }, 90_000);
  afterAll(async () => {
    await lifeboat?.stop();
    hook.closeAllConnections();
    hook.close();
    place.done();
  }, 60_000);

  needs('prometheus-alertmanager', () => existsSync(alertmanager), 'apt-get install prometheus-alertmanager')('a real Alertmanager', () => {
    let child: ChildProcess;
    let url = '';
    beforeAll(async () => {
      const own = join(place.folder, 'alertmanager');
      const listens = await freePort();
      url = `http://127.0.0.1:${listens}`;
      mkdirSync(own);
      writeFileSync(join(own, 'config.yml'), `route:\n  receiver: lifeboat\n  group_by: [alertname]\n  group_wait: 0s\n  group_interval: 100ms\n  repeat_interval: 1h\nreceivers:\n  - name: lifeboat\n    webhook_configs:\n      - url: http://127.0.0.1:${port}/api/sources/prometheus\n        send_resolved: true\n        http_config:\n          authorization:\n            credentials: ${token}\n`);
      child = spawn(alertmanager, [`--config.file=${own}/config.yml`, `--storage.path=${own}/data`, `--web.listen-address=127.0.0.1:${listens}`, '--cluster.listen-address='], { stdio: 'ignore' });
      await until('Alertmanager', () => fetch(`${url}/-/ready`).then(({ ok }) => ok, () => false), 30_000);
    }, 60_000);
    afterAll(() => { child.kill('SIGKILL'); });
    const alert = (more: object): Promise<Response> => fetch(`${url}/api/v2/alerts`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify([{ labels: { alertname: 'DISK_FULL', instance: 'pbrazos:9100', severity: 'critical' }, annotations: { summary: 'the disk of pbrazos is full' }, ...more }]) });

    test('its alert opens one incident, told on by the webhook, and its end closes it', async () => {
      await alert({});
      await until('the incident', async () => (await incidents()).includes('the disk of pbrazos is full'), 30_000);
      await until('the webhook', () => told.some(({ type, data }) => type === 'lifeboat.incident.opened' && data.event?.name === 'DISK_FULL' && data.event.entity === 'pbrazos'), 30_000);
      await alert({ endsAt: new Date(Date.now() - 1_000).toISOString() });
      await until('its end', () => told.some(({ type, data }) => type === 'lifeboat.incident.resolved' && data.title === 'the disk of pbrazos is full'), 30_000);
    }, 120_000);
  });

  needs('curl', () => existsSync('/usr/bin/curl'), 'apt-get install curl')('the notify script for KSYS', () => {
    const spool = join(place.folder, 'spool');
    const run = (args: readonly string[], env: Record<string, string> = {}): Promise<{ code: number; err: string }> => new Promise((done) => {
      execFile(resolve('runbooks/notify/lifeboat-notify.sh'), args, { env: { PATH: process.env.PATH, LIFEBOAT_SPOOL: spool, LIFEBOAT_SOURCE: `http://127.0.0.1:${port}/api/sources/ksys`, LIFEBOAT_HEADER: join(place.folder, 'header'), ...env } }, (error, _out, err) => { done({ code: error ? Number(error.code) : 0, err }); });
    });
    const waiting = (): number => readdirSync(join(spool, 'new')).length;

    test('keeps an event while Lifeboat is away, and hands it over once when it is back', async () => {
      writeFileSync(join(place.folder, 'header'), `Authorization: Bearer ${ksysToken}\n`, { mode: 0o600 });
      await lifeboat.stop();
      const kept = await run(['HMC_UNREACHABLE', 'Critical Error Event', 'HMC', 'vmhmc1'], { DR_DESC: 'say "no" \\ to\ttabs' });
      expect([kept.code, waiting()]).toEqual([0, 1]);
      expect(kept.err).toContain('they wait in');
      lifeboat = await start();
      expect((await run(['flush'])).err).toBe('');
      expect(waiting()).toBe(0);
      await until('the incident', async () => (await incidents()).includes('say "no" \\ to tabs'), 30_000);
    }, 120_000);

    test('with a wrong token nothing is lost; without an event it says so', async () => {
      writeFileSync(join(place.folder, 'header'), 'Authorization: Bearer another-token\n');
      const refused = await run(['VM_FAILURE_DETECTED', 'Critical Error Event', 'VM', 'billing']);
      expect([refused.code, waiting(), refused.err.includes('(401)')]).toEqual([0, 1, true]);
      expect((await run([])).code).toBe(1);
    }, 60_000);
  });
});
