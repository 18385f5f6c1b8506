import type { AddressInfo } from 'node:net';
import type { Envelope, Robot as HubotRobot } from 'hubot';
import { keepAliveMs, type Door } from './door.js';

const listeners = 50;

/** hubot 14 behind its own web server: a form comes in, 50 listeners hear it, one answers, the answer goes to the address that came with it, as a chat platform has it. No one is asked who may, nothing is written down. */
export async function startHubot(): Promise<Door> {
  Object.assign(process.env, { HUBOT_LOG_LEVEL: 'error', EXPRESS_PORT: '0', EXPRESS_BIND_ADDRESS: '127.0.0.1' });
  const { Adapter, Robot, TextMessage, User } = await import('hubot');
  class ByAddress extends Adapter {
    override async send({ room }: Envelope, ...texts: string[]): Promise<void> { await fetch(room, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ text: texts.join('\n') }) }).then((response) => response.arrayBuffer()); }
    override reply(envelope: Envelope, ...texts: string[]): Promise<void> { return this.send(envelope, ...texts); }
    override async run(): Promise<void> { this.emit('connected'); }
    override close(): void { /* nothing is open */ }
  }
  const robot: HubotRobot = new Robot({ use: async (each) => new ByAddress(each) }, true, 'lifeboat');
  await robot.loadAdapter();
  await robot.run();
  robot.server.keepAliveTimeout = keepAliveMs;
  for (let n = 0; n < listeners; n++) robot.respond(new RegExp(`query class${n}\\s+(\\S+)$`, 'i'), async (response) => { await response.reply(`class${n} ${response.match[1] ?? ''}`); });
  robot.router.post('/command', (request, response) => {
    const { user_id: id = '', user_name: name = '', text = '', response_url: room = '', trigger_id: trigger = '' } = request.body;
    response.writeHead(200).end();
    void robot.receive(new TextMessage(new User(id, { name, room }), `lifeboat ${text}`, trigger));
  });
  return { url: `http://127.0.0.1:${(robot.server.address() as AddressInfo).port}/command`, lines: Array.from({ length: listeners }, (_, n) => `query class${n} vm${n}`), stop: async () => robot.shutdown() };
}
