import { afterEach, describe, expect, test } from '@jest/globals';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { createSecrets } from '../../src/config/secrets.js';
import type { ExternalAction } from '../../src/core/estate.js';
import { createExternalActions } from '../../src/drivers/action/external/actions.js';

const stops: (() => void)[] = [];
afterEach(() => { for (const stop of stops.splice(0)) stop(); });

const token = 'a-token-that-nobody-may-see';
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs1', format: 'pem' }, publicKeyEncoding: { type: 'pkcs1', format: 'pem' } });
const actions = createExternalActions(createSecrets([], { LB_TOKEN: token, SSH_KEY: privateKey, NO_KEY: 'this is no key' }));
const common = { name: 'own', tenants: 'all', parameters: ['to'], effect: 'changes', probe: null, timeoutMs: 5_000 } as const;
const never = new AbortController().signal;
const run = (action: ExternalAction, parameters: { [name: string]: string } = { to: 'siteB' }, signal: AbortSignal = never) => actions.run(action, parameters, 'R-1.1/own#1', signal);

describe('http', () => {
  interface Got { readonly method: string; readonly url: string; readonly headers: IncomingMessage['headers']; readonly body: string }
  async function server(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<{ base: string; got: Got[] }> {
    const got: Got[] = [];
    const http = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => { body += chunk.toString(); });
      request.on('end', () => { got.push({ method: request.method!, url: request.url!, headers: request.headers, body }); answer(request, response); });
    });
    await new Promise<void>((ready) => { http.listen(0, '127.0.0.1', ready); });
    stops.push(() => { http.closeAllConnections(); http.close(); });
    return { base: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, got };
  }
  const action = (url: string, more: Partial<Extract<ExternalAction, { kind: 'http' }>> = {}): ExternalAction => ({ ...common, kind: 'http', method: 'POST', url, headers: { authorization: 'env:LB_TOKEN' }, body: '{"pool":"{to}","nested":{"a":1}}', expect: [200], ...more });

  test('sends the parameters, the secret and a key that stays the same for a repeat', async () => {
    const { base, got } = await server((_request, response) => { response.end('switched'); });
    expect(await run(action(`${base}/pools/{to}`))).toEqual({ kind: 'succeeded', saw: 'HTTP 200: switched' });
    expect(got).toMatchObject([{ method: 'POST', url: '/pools/siteB', body: '{"pool":"siteB","nested":{"a":1}}', headers: { authorization: token, 'idempotency-key': 'R-1.1/own#1', 'content-type': 'application/json' } }]);
  });
  test('another status than expected is a failure, with what was said', async () => {
    const { base } = await server((_request, response) => { response.statusCode = 409; response.end('locked by somebody'); });
    expect(await run(action(base))).toEqual({ kind: 'failed', saw: 'HTTP 409: locked by somebody' });
  });
  test('a secret that comes back in the answer is not shown', async () => {
    const { base } = await server((request, response) => { response.end(`you sent ${request.headers.authorization}`); });
    expect(JSON.stringify(await run(action(base)))).not.toContain(token);
  });
  test('half of a secret that comes back where the answer is cut is not shown either', async () => {
    const { base } = await server((request, response) => { response.end(`${'x'.repeat(180)} ${request.headers.authorization}`); });
    expect(JSON.stringify(await run(action(base)))).not.toContain(token.slice(0, 10));
  });
  test('an answer without end is read no further than people would', async () => {
    const { base } = await server((_request, response) => { const more = (): void => { if (!response.destroyed) response.write('x'.repeat(100_000), () => setImmediate(more)); }; more(); });
    expect(await run(action(base))).toMatchObject({ kind: 'succeeded', saw: expect.stringMatching(/^HTTP 200: x{199}…$/) });
  });
  test('a parameter in a header is put in, too', async () => {
    const { base, got } = await server((_request, response) => { response.end(); });
    await run(action(base, { headers: { 'x-site': 'site {to}' } }));
    expect(got[0]!.headers['x-site']).toBe('site siteB');
  });
  test('redirects are not followed', async () => {
    const { base, got } = await server((request, response) => { if (request.url === '/') { response.writeHead(302, { location: '/elsewhere' }); } response.end(); });
    expect(await run(action(`${base}/`))).toMatchObject({ kind: 'failed', saw: expect.stringContaining('302') });
    expect(got.map(({ url }) => url)).toEqual(['/']);
  });
  test('a connection that breaks after the request was sent leaves an unknown outcome', async () => {
    const { base } = await server((request) => { request.socket.destroy(); });
    expect(await run(action(base))).toMatchObject({ kind: 'unknown' });
  });
  test('silence until it is given up is unknown, too', async () => {
    const giveUp = new AbortController();
    const { base } = await server(() => { giveUp.abort(); });
    expect(await run(action(base), { to: 'siteB' }, giveUp.signal)).toMatchObject({ kind: 'unknown', saw: 'no answer in time' });
  });
  test('where nobody listens nothing was sent, and that is known', async () => {
    const { base } = await server(() => undefined);
    for (const stop of stops.splice(0)) stop();
    expect(await run(action(base))).toMatchObject({ kind: 'failed', saw: expect.stringContaining('nothing was sent') });
  });
  test('a variable that is not set is named, and nothing is sent', async () => {
    const { base, got } = await server((_request, response) => { response.end(); });
    expect(await run(action(base, { headers: { authorization: 'env:NOT_SET' } }))).toMatchObject({ kind: 'failed', saw: expect.stringContaining('NOT_SET') });
    expect(got).toEqual([]);
  });
});

describe('command', () => {
  function script(text: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'lifeboat-action-'));
    stops.push(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'own.sh');
    writeFileSync(file, `#!/bin/sh\n${text}\n`);
    chmodSync(file, 0o755);
    return file;
  }
  const action = (program: readonly string[]): ExternalAction => ({ ...common, kind: 'command', program });

  test('gets its arguments as they are, without a shell, and a small environment', async () => {
    expect(await run(action([script('echo "$1|$2|$LIFEBOAT_KEY|$HOME"'), '{to}', '$(id) ; x']))).toEqual({ kind: 'succeeded', saw: 'exit 0: siteB|$(id) ; x|R-1.1/own#1|' });
  });
  test('another exit code is a failure, with what was said', async () => { expect(await run(action([script('echo trouble >&2; exit 3')]))).toEqual({ kind: 'failed', saw: 'exit 3: trouble' }); });
  test('a program that is not there did nothing', async () => { expect(await run(action(['/no/such/program']))).toMatchObject({ kind: 'failed', saw: expect.stringContaining('nothing was done') }); });
  test('one that is given up is killed, and nobody knows how far it came', async () => {
    const giveUp = new AbortController();
    const running = run(action([script('sleep 600')]), { to: 'x' }, giveUp.signal);
    giveUp.abort();
    expect(await running).toMatchObject({ kind: 'unknown', saw: expect.stringContaining('killed') });
  });
  test('one that prints without end is killed, and nobody knows how far it came', async () => { expect(await run(action([script('yes')]))).toMatchObject({ kind: 'unknown', saw: expect.stringContaining('was killed') }); });
  test('one that dies by a signal of its own leaves an unknown outcome', async () => { expect(await run(action([script('kill -TERM $$')]))).toMatchObject({ kind: 'unknown', saw: expect.stringContaining('SIGTERM') }); });
});

describe('ssh', () => {
  interface SshServer { readonly port: number; readonly fingerprint: string; readonly commands: string[] }
  /** A real SSH server, which runs nothing. */
  async function server(answer: (stream: ssh2.ServerChannel) => void): Promise<SshServer> {
    const commands: string[] = [];
    const hostKey = generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs1', format: 'pem' }, publicKeyEncoding: { type: 'pkcs1', format: 'pem' } }).privateKey;
    const parsed = ssh2.utils.parseKey(hostKey) as ssh2.ParsedKey;
    const wanted = (ssh2.utils.parseKey(privateKey) as ssh2.ParsedKey).getPublicSSH();
    const ssh = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
      client.on('error', () => undefined);
      client.on('authentication', (context) => {
        if (context.method !== 'publickey' || context.username !== 'dr' || !context.key.data.equals(wanted)) { context.reject(['publickey']); return; }
        context.accept();
      });
      client.on('ready', () => client.on('session', (accept) => {
        const session = accept();
        session.on('env', (acceptEnv) => { acceptEnv?.(); });
        session.on('exec', (acceptExec, _reject, { command }) => { commands.push(command); answer(acceptExec()); });
      }));
    });
    await new Promise<void>((ready) => { ssh.listen(0, '127.0.0.1', ready); });
    stops.push(() => ssh.close());
    return { port: (ssh.address() as AddressInfo).port, fingerprint: `SHA256:${createHash('sha256').update(parsed.getPublicSSH()).digest('base64').replace(/=+$/, '')}`, commands };
  }
  const action = ({ port, fingerprint }: Pick<SshServer, 'port' | 'fingerprint'>, more: Partial<Extract<ExternalAction, { kind: 'ssh' }>> = {}): ExternalAction => ({ ...common, kind: 'ssh', host: '127.0.0.1', port, user: 'dr', key: 'env:SSH_KEY', hostKey: fingerprint, command: '/usr/local/bin/switch {to}', ...more });

  test('runs the command where the host key is the one in the estate', async () => {
    const own = await server((stream) => { stream.write('switched'); stream.exit(0); stream.end(); });
    expect(await run(action(own))).toEqual({ kind: 'succeeded', saw: 'exit 0: switched' });
    expect(own.commands).toEqual(['/usr/local/bin/switch siteB']);
  });
  test('another exit code is a failure', async () => {
    const own = await server((stream) => { stream.stderr.write('no such pool'); stream.exit(4); stream.end(); });
    expect(await run(action(own))).toEqual({ kind: 'failed', saw: 'exit 4: no such pool' });
  });
  test('sends nothing to a machine with another host key, and says why that matters', async () => {
    const own = await server((stream) => { stream.exit(0); stream.end(); });
    expect(await run(action({ ...own, fingerprint: `SHA256:${'A'.repeat(43)}` }))).toMatchObject({ kind: 'failed', saw: expect.stringContaining('somebody may stand in between') });
    expect(own.commands).toEqual([]);
  });
  test('a refused key is a failure, and the key is shown nowhere', async () => {
    const own = await server((stream) => { stream.exit(0); stream.end(); });
    const outcome = await run(action(own, { user: 'somebody' }));
    expect(outcome).toMatchObject({ kind: 'failed', saw: expect.stringContaining('nothing was sent') });
    expect(outcome.saw).not.toContain('PRIVATE');
  });
  test('a key that cannot be read is named by its variable only', async () => {
    const own = await server((stream) => { stream.exit(0); stream.end(); });
    expect(await run(action(own, { key: 'env:NO_KEY' }))).toMatchObject({ kind: 'failed', saw: 'the private key in NO_KEY cannot be read; nothing was sent' });
  });
  test('a connection that breaks after the command was sent leaves an unknown outcome', async () => {
    const giveUp = new AbortController();
    const own = await server(() => { giveUp.abort(); });
    expect(await run(action(own), { to: 'siteB' }, giveUp.signal)).toMatchObject({ kind: 'unknown' });
    expect(own.commands).toHaveLength(1);
  });
  test('where nobody listens nothing was sent', async () => {
    const own = await server(() => undefined);
    for (const stop of stops.splice(0)) stop();
    expect(await run(action(own))).toMatchObject({ kind: 'failed', saw: expect.stringContaining('nothing was sent') });
  });
});
