import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './poll.js';

const fakesmsc = '/usr/lib/kannel/test/fakesmsc';
export const hasKannel = (): boolean => spawnSync('sh', ['-c', `command -v bearerbox && command -v smsbox && test -x ${fakesmsc}`], { env: { PATH: `${process.env.PATH}:/usr/sbin` } }).status === 0;

/** Debian's Kannel with a carrier that is its own test program: real gateway, real queues. */
export interface Kannel {
  /** For SMS_URL. */
  readonly url: string;
  /** Everything that phones have received so far, as the carrier prints it: `FROM TO text WORDS`. */
  received(): string;
  /** A phone sends a text. */
  send(from: string, text: string): Promise<void>;
  /** The carrier goes away and comes back. */
  carrier(there: boolean): Promise<void>;
  stop(): Promise<void>;
}

const freePort = (): Promise<number> => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => { const { port } = server.address() as AddressInfo; server.close(() => resolve(port)); });
});

/** `inbound`: where the gateway hands in what phones send, with %p, %a and %I to be filled. */
export async function startKannel(inbound: string): Promise<Kannel> {
  const folder = mkdtempSync(join(tmpdir(), 'lifeboat-kannel-'));
  const [admin, box, smsc, http] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const file = join(folder, 'kannel.conf');
  writeFileSync(file, `group = core
admin-port = ${admin}
admin-interface = 127.0.0.1
admin-password = adm
smsbox-port = ${box}
smsbox-interface = 127.0.0.1
box-allow-ip = "127.0.0.1"
dlr-storage = internal

group = smsc
smsc = fake
smsc-id = FAKE
host = 127.0.0.1
port = ${smsc}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = ${http}
sendsms-interface = 127.0.0.1
http-request-retry = 3

group = sendsms-user
username = dr
password = drpw
concatenation = false
max-messages = 1

group = sms-service
keyword = default
catch-all = true
max-messages = 1
omit-empty = true
get-url = "${inbound}"
`);
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
  const children: ChildProcess[] = [];
  const run = (program: string, ...args: string[]): ChildProcess => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    return child;
  };
  const end = (child: ChildProcess | undefined): Promise<void> => new Promise((resolve) => {
    if (!child || child.exitCode !== null || child.signalCode !== null) { resolve(); return; }
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
  const answers = (url: string): Promise<boolean> => fetch(url).then(() => true, () => false);
  let printed = '';
  let phone: ChildProcess | undefined;
  /** One phone network at a time: it may send one message, and prints what comes for any phone. */
  const connect = async (message?: string): Promise<void> => {
    await end(phone);
    phone = run(fakesmsc, '-H', '127.0.0.1', '-r', String(smsc), '-i', '0.1', '-m', message === undefined ? '0' : '1', message ?? '1 2 text nothing');
    for (const stream of [phone.stdout!, phone.stderr!]) stream.on('data', (part: Buffer) => { printed += part.toString('utf8'); });
    await until('the carrier', async () => /FAKE[\s\S]*?online/.test(await (await fetch(`http://127.0.0.1:${admin}/status.txt?password=adm`)).text()));
  };

  run('bearerbox', '-v', '4', file);
  await until('the gateway', () => answers(`http://127.0.0.1:${admin}/status.txt`));
  run('smsbox', '-v', '4', file);
  await until('its box for text messages', () => answers(`http://127.0.0.1:${http}/`));
  await connect();
  return {
    url: `http://dr:drpw@127.0.0.1:${http}/cgi-bin/sendsms`,
    received: () => printed,
    send: (from, text) => connect(`${from} 12345 text ${text}`),
    carrier: (there) => (there ? connect() : end(phone)),
    async stop() {
      for (const child of children.toReversed()) await end(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
