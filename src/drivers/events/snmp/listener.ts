import { createHash } from 'node:crypto';
import type { Socket } from 'node:dgram';
import snmp from 'net-snmp';
import type { ReportedEvent } from '../../../core/dr-event.js';
import type { Millis } from '../../../core/names.js';
import { toTrapEvent, type Binding } from './trap-event.js';

/** Who may send traps: from these addresses, under this community or user. Secrets as they are. */
export interface TrapSource { readonly name: string; readonly addresses: readonly string[]; readonly community: string | null; readonly user: { readonly name: string; readonly authProtocol: 'sha' | 'sha256' | 'sha512'; readonly auth: string; readonly privacy: string } | null }
export type TrapRefusal = 'unknown-address' | 'wrong-community' | 'unknown-user' | 'unreadable' | 'not-taken';

export interface TrapListenerOptions {
  readonly host: string;
  readonly port: number;
  readonly now: () => Millis;
  /** Resolves when the journal has it. A request for confirmation (inform) is answered after that, and not when it rejects: its sender repeats it. */
  readonly take: (source: string, record: { readonly id: string; readonly event: ReportedEvent }) => Promise<void>;
  readonly refused: (why: TrapRefusal) => void;
}

/** What the library hands to its callback, and what of its listener is used: pinned to its exact version. */
interface Notification { readonly pdu: { readonly type: number; readonly id: number; readonly varbinds: readonly { readonly oid: string; readonly value: unknown }[]; readonly community?: string; readonly user?: string }; readonly rinfo: { readonly address: string; readonly port: number } }
interface Outgoing { readonly pdu?: { readonly type: number }; toBuffer(): Buffer }
interface Receiver { getAuthorizer(): { users: unknown[]; communities: string[]; addUser(user: object): void; addCommunity(community: string): void }; close(done: () => void): void; readonly listener: { send(message: Outgoing, to: { port: number; address: string }, socket: Socket): void; readonly sockets: Readonly<Record<string, Socket>> } }
type CreateReceiver = (options: object, callback: (error: Error | null, notification?: Notification) => void) => Receiver;

const library = snmp as unknown as { readonly createReceiver: CreateReceiver; readonly PduType: { readonly GetResponse: number; readonly InformRequest: number; readonly Trap: number }; readonly AuthProtocols: Readonly<Record<string, number>>; readonly PrivProtocols: Readonly<Record<string, number>>; readonly SecurityLevel: { readonly authPriv: number } };

/** Takes SNMP v2c and v3 traps and informs. @throws Error when the port cannot be had */
export async function startTrapListener({ host, port, now, take, refused }: TrapListenerOptions, first: readonly TrapSource[]): Promise<{ readonly port: number; use(sources: readonly TrapSource[]): void; close(): Promise<void> }> {
  let sources = first;
  let answer: (() => void) | null = null;
  const receiver = library.createReceiver({ port, address: host, transport: host.includes(':') ? 'udp6' : 'udp4', includeAuthentication: true, accessControlModelType: null }, (error, notification) => {
    // The library prepares the answer to an inform right before it calls this.
    const confirm = answer;
    answer = null;
    if (error || notification === undefined) { refused(whyOf(error)); return; }
    const { pdu, rinfo } = notification;
    const address = rinfo.address.replace(/^::ffff:/, '');
    const here = sources.filter((each) => each.addresses.includes(address));
    if (here.length === 0) { refused('unknown-address'); return; }
    // Version 1 has neither a request id nor a way to be confirmed. A message without a user passes the library.
    const source = pdu.type === library.PduType.Trap ? undefined : here.find((each) => (each.user === null ? pdu.user === undefined && pdu.community === each.community : pdu.user === each.user.name));
    if (source === undefined) { refused(pdu.community === undefined ? 'unknown-user' : 'wrong-community'); return; }
    const bindings = pdu.varbinds.map(({ oid, value }): Binding => ({ oid, value: Buffer.isBuffer(value) ? value.toString('utf8') : String(value) }));
    // The sender's request id and uptime are among it: a datagram that comes twice is one trap.
    const id = createHash('sha256').update(JSON.stringify([source.name, address, pdu.id, bindings])).digest('hex').slice(0, 32);
    void take(source.name, { id, event: toTrapEvent({ bindings, address }, source.name, now()) }).then(() => { confirm?.(); }, () => { refused('not-taken'); });
  });
  const send = receiver.listener.send.bind(receiver.listener);
  receiver.listener.send = (message, to, socket) => {
    if (message.pdu?.type !== library.PduType.GetResponse) { send(message, to, socket); return; }
    const buffer = message.toBuffer();
    answer = () => { socket.send(buffer, to.port, to.address); };
  };
  const use = (next: readonly TrapSource[]): void => {
    sources = next;
    const authorizer = receiver.getAuthorizer();
    authorizer.users.splice(0);
    authorizer.communities.splice(0);
    for (const { community, user } of next) {
      if (community !== null && !authorizer.communities.includes(community)) authorizer.addCommunity(community);
      if (user !== null) authorizer.addUser({ name: user.name, level: library.SecurityLevel.authPriv, authProtocol: library.AuthProtocols[user.authProtocol], authKey: user.auth, privProtocol: library.PrivProtocols['aes'], privKey: user.privacy });
    }
  };
  use(first);
  const [socket] = Object.values(receiver.listener.sockets);
  await new Promise<void>((resolve, reject) => {
    socket!.once('listening', resolve);
    socket!.once('error', (error: NodeJS.ErrnoException) => { reject(new Error(`SNMP traps cannot be received on ${host}:${port} (${error.code ?? error.message}). Take another port: SNMP_TRAP_PORT=1162. Below 1024 the system asks for a right of its own.`)); });
  });
  return { port: socket!.address().port, use, close: () => new Promise((resolve) => { receiver.close(() => { resolve(); }); setImmediate(resolve); }) };
}

const whyOf = (error: Error | null): TrapRefusal => (/community/i.test(error?.message ?? '') ? 'wrong-community' : /user|authenticat|digest|privacy/i.test(error?.message ?? '') ? 'unknown-user' : 'unreadable');
