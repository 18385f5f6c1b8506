import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { needs } from '../../support/needs.js';
import { until } from '../../support/poll.js';
import { tenantId } from './issuer.js';

const program = resolve('node_modules/@microsoft/m365agentsplayground/cli.js');
export const describeWithPlayground = needs('m365agentsplayground', () => existsSync(program), 'npm ci with development dependencies');

const people = ['ana', 'ben', 'chris', 'vic', 'dora', 'erik'];
const account = (name: string) => ({ id: `user-${name}`, name, userPrincipleName: `${name}@example.com`, aadObjectId: `aad-${name}`, givenName: name, surname: 'Test', email: `${name}@example.com` });

/** Microsoft's own Teams client for tests, in a process of its own, as one person; others press buttons in it, too. */
export interface Playground {
  readonly url: string;
  readonly chat: string;
  readonly channel: string;
  /** In the personal chat. */
  says(text: string): Promise<void>;
  /** With a mention. */
  saysInChannel(text: string): Promise<void>;
  /** An Action.Execute of a card, by anybody of the team. @returns what Lifeboat answered */
  executes(who: string, at: { readonly conversation: string; readonly message: string }, verb: string, id: string): Promise<Record<string, any>>;
  close(): Promise<void>;
}

export async function startPlayground({ folder, seat, endpoint }: { readonly folder: string; readonly seat: string; readonly endpoint: string }): Promise<Playground> {
  const home = join(folder, `playground-${seat}`);
  const [chat, channel] = [`chat-${seat}`, `19:${seat === 'ana' ? 'cluster01' : `team-of-${seat}`}@thread.tacv2`];
  mkdirSync(home, { recursive: true });
  // JSON is YAML, too.
  writeFileSync(join(home, '.m365agentsplayground.yml'), JSON.stringify({
    version: '0.1.1', tenantId, bot: { id: '28:lifeboat', name: 'Lifeboat' }, currentUser: account(seat), users: people.filter((each) => each !== seat).map(account),
    personalChat: { id: chat }, groupChat: { id: `group-${seat}`, name: 'Group' }, team: { id: `team-${seat}`, name: 'Recovery', aadGroupId: `group-of-${seat}`, channels: [{ id: channel, name: 'cluster01' }] },
  }));
  const port = await freePort();
  const child = spawn(process.execPath, ['--require', resolve('test/drivers/teams-support/loopback-only.cjs'), program, '-e', endpoint, '-c', 'msteams', '-p', String(port), '--dt'], { cwd: home, stdio: 'ignore', env: { PATH: process.env.PATH, HOME: home, BROWSER: 'none', NODE_ENV: 'production' } });
  const ended = new Promise<void>((done) => { child.once('exit', () => { done(); }); });
  const url = `http://127.0.0.1:${port}`;
  await until(`the Playground of ${seat}`, () => fetch(`${url}/_internal/v1/config`).then((answer) => answer.ok, () => false), 20_000);
  const post = async (path: string, body: object): Promise<any> => {
    const answer = await fetch(`${url}/_conversation/v1/${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`The Playground answered ${answer.status}: ${text}`);
    return text === '' ? {} : JSON.parse(text);
  };
  const say = (conversation: string, text: string, mentions: object[] = []): Promise<void> => post(`conversations/${conversation}/messages`, { type: 'text', text, textFormat: 'plain', from: { id: `user-${seat}` }, mentions });
  return {
    url, chat, channel,
    says: (text) => say(chat, text),
    saysInChannel: (text) => say(channel, `<at>Lifeboat</at> ${text}`, [{ mentioned: { id: '28:lifeboat' }, text: '<at>Lifeboat</at>' }]),
    executes: (who, { conversation, message }, verb, id) => post('invoke', { name: 'adaptiveCard/action', value: { action: { type: 'Action.Execute', title: 'x', verb, data: { id } }, trigger: verb === 'press' ? 'manual' : 'automatic' }, from: { id: `user-${who}` }, conversation: { id: conversation }, replyToId: message }),
    async close() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => { server.listen(0, '127.0.0.1', done); });
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((done) => { server.close(() => { done(); }); });
  return port;
}
