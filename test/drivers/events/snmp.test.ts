import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import snmp from 'net-snmp';
import type { ReportedEvent } from '../../../src/core/dr-event.js';
import { eventCatalogue } from '../../../src/core/event-catalogue/catalogue.js';
import { startTrapListener, type TrapSource } from '../../../src/drivers/events/snmp/listener.js';
import { toTrapEvent } from '../../../src/drivers/events/snmp/trap-event.js';
import { needs } from '../../support/needs.js';
import { until } from '../../support/poll.js';

const closings: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => { for (const close of closings.splice(0).toReversed()) await close(); });

const sources: TrapSource[] = [
  { name: 'lk', addresses: ['127.0.0.1'], community: 'a-community', user: null },
  { name: 'ft', addresses: ['127.0.0.1'], community: null, user: { name: 'lifeboat', authProtocol: 'sha256', auth: 'an-auth-phrase', privacy: 'a-privacy-phrase' } },
];
const freePort = (): Promise<number> => new Promise((resolve) => { const socket = createSocket('udp4').bind(0, '127.0.0.1', () => { const { port } = socket.address(); socket.close(() => { resolve(port); }); }); });

async function listen({ known = sources, take = async (): Promise<void> => undefined }: { known?: TrapSource[]; take?: (id: string) => Promise<void> } = {}) {
  const taken: { source: string; id: string; event: ReportedEvent }[] = [];
  const refusals: string[] = [];
  const listener = await startTrapListener({ host: '127.0.0.1', port: await freePort(), now: () => 1_000, refused: (why) => { refusals.push(why); }, take: async (source, { id, event }) => { await take(id); taken.push({ source, id, event }); } }, known);
  closings.push(() => listener.close());
  const session = (community: string): snmp.Session => { const made = snmp.createSession('127.0.0.1', community, { trapPort: listener.port, version: snmp.Version2c, retries: 0, timeout: 1_500 }); closings.push(() => { made.close(); }); return made; };
  return { listener, taken, refusals, session, port: listener.port };
}
const varbinds = [{ oid: '1.3.6.1.4.1.7359.1.1', type: snmp.ObjectType.OctetString, value: 'Comm path 10.0.0.1 down\u0007' }];
const trap = '1.3.6.1.4.1.7359.1.0.141';
const inform = (session: snmp.Session): Promise<Error | null> => new Promise((resolve) => { session.inform(trap, varbinds, (error: Error | null) => { resolve(error ?? null); }); });

describe('traps by the library\'s own sender', () => {
  test('a v2c trap of LifeKeeper is its event, with the text as it was sent', async () => {
    const { taken, session } = await listen();
    session('a-community').trap(trap, varbinds, () => undefined);
    await until('the trap', () => taken.length === 1);
    expect(taken[0]).toMatchObject({ source: 'lk', id: expect.stringMatching(/^[0-9a-f]{32}$/), event: { name: 'LIFEKEEPER_TRAP_141', severity: 'warning', entityClass: 'system', entity: 'lk', description: 'Comm path 10.0.0.1 down', source: 'lk' } });
  });

  test('an inform is answered when it is written down, and not when it could not be', async () => {
    let away = true;
    const { taken, session, refusals } = await listen({ take: async () => { if (away) throw new Error('the disk is full'); } });
    expect((await inform(session('a-community')))?.message).toMatch(/timed out/i);
    expect([taken, refusals]).toEqual([[], ['not-taken']]);
    away = false;
    expect(await inform(session('a-community'))).toBeNull();
    expect(taken).toHaveLength(1);
  });

  test('a v3 trap of a user with authentication and privacy', async () => {
    const { taken, port } = await listen();
    const session = snmp.createV3Session('127.0.0.1', { name: 'lifeboat', level: snmp.SecurityLevel.authPriv, authProtocol: snmp.AuthProtocols.sha256, authKey: 'an-auth-phrase', privProtocol: snmp.PrivProtocols.aes, privKey: 'a-privacy-phrase' }, { trapPort: port, engineID: '8000B98380ABCDEF0123' } as snmp.SessionOptionsV3);
    closings.push(() => { session.close(); });
    session.trap('1.3.6.1.4.1.458.115.2.0.21', [{ oid: '1.3.6.1.4.1.458.115.3.1', type: snmp.ObjectType.OctetString, value: 'no quorum' }], () => undefined);
    await until('the trap', () => taken.length === 1);
    expect(taken[0]).toMatchObject({ source: 'ft', event: { name: 'EVERRUN_21', severity: 'critical', description: 'no quorum' } });
  });

  test('a wrong community, an unknown or empty user, a wrong address, noise: counted, and nothing is taken', async () => {
    const { taken, refusals, session, port, listener } = await listen();
    session('public').trap(trap, varbinds, () => undefined);
    await until('the first refusal', () => refusals.length === 1);
    for (const [n, name] of ['stranger', ''].entries()) {
      const strange = snmp.createV3Session('127.0.0.1', { name, level: snmp.SecurityLevel.noAuthNoPriv }, { trapPort: port, engineID: '8000B98380ABCDEF0123' } as snmp.SessionOptionsV3);
      closings.push(() => { strange.close(); });
      strange.trap(trap, varbinds, () => undefined);
      await until('the refusal', () => refusals.length === n + 2);
    }
    const noise = createSocket('udp4');
    noise.send(Buffer.from('30ff00', 'hex'), port, '127.0.0.1', () => { noise.close(); });
    await until('the noise', () => refusals.length === 4);
    listener.use([{ ...sources[0]!, addresses: ['192.0.2.9'] }]);
    session('a-community').trap(trap, varbinds, () => undefined);
    await until('the address', () => refusals.length === 5);
    expect(refusals).toEqual(['wrong-community', 'unknown-user', 'unknown-user', 'unreadable', 'unknown-address']);
    expect(taken).toEqual([]);
  });

  test('a port that is taken is told with what to do', async () => {
    const { port } = await listen();
    await expect(startTrapListener({ host: '127.0.0.1', port, now: () => 0, refused: () => undefined, take: async () => undefined }, [])).rejects.toThrow(`SNMP traps cannot be received on 127.0.0.1:${port} (EADDRINUSE). Take another port: SNMP_TRAP_PORT=1162.`);
  });
});

needs('snmptrap', () => existsSync('/usr/bin/snmptrap'), 'apt-get install snmp')('traps by net-snmp', () => {
  const send = (...args: string[]): void => { execFileSync('snmptrap', args, { stdio: 'pipe', timeout: 20_000 }); };
  test('v2c and v3, each its event', async () => {
    const { taken, port } = await listen();
    send('-v', '2c', '-c', 'a-community', `127.0.0.1:${port}`, '', '1.3.6.1.4.1.7359.1.0.131', '1.3.6.1.4.1.7359.1.1', 's', 'recovery failed', '1.3.6.1.4.1.7359.1.2', 's', 'filesys1');
    send('-v', '3', '-e', '0x8000B98380ABCDEF0123', '-l', 'authPriv', '-u', 'lifeboat', '-a', 'SHA-256', '-A', 'an-auth-phrase', '-x', 'AES', '-X', 'a-privacy-phrase', `127.0.0.1:${port}`, '', '1.3.6.1.4.1.458.115.2.0.140');
    await until('both', () => taken.length === 2);
    expect(taken.map(({ source, event }) => [source, event.name, event.entityClass, event.entity, event.severity])).toEqual([['lk', 'LIFEKEEPER_TRAP_131', 'app', 'filesys1', 'critical'], ['ft', 'EVERRUN_140', 'system', 'ft', eventCatalogue.find(({ name }) => name === 'EVERRUN_140')!.severity]]);
  });
});

describe('every trap of the catalogue is found by its OID', () => {
  test.each(eventCatalogue.filter(({ origin }) => origin === 'LifeKeeper trap' || origin === 'everRun trap'))('$name', ({ name, severity, entityClass, means }) => {
    const number = /\d+$/.exec(name)![0];
    const oids = name.startsWith('LIFE') ? [`1.3.6.1.4.1.7359.1.0.${number}`] : [`1.3.6.1.4.1.458.115.2.0.${number}`, `1.3.6.1.4.1.458.115.2.${number}`];
    for (const oid of oids) expect(toTrapEvent({ address: '192.0.2.1', bindings: [{ oid: '1.3.6.1.6.3.1.1.4.1.0', value: oid }] }, 'here', 5)).toMatchObject({ name, severity, entityClass, entity: 'here', description: means, occurredAt: 5 });
  });

  test('another trap of a known source is a warning that names it', () => {
    expect(toTrapEvent({ address: '192.0.2.1', bindings: [{ oid: '1.3.6.1.6.3.1.1.4.1.0', value: '1.3.6.1.6.3.1.1.5.1' }] }, 'here', 5)).toMatchObject({ name: 'SNMP_TRAP', severity: 'warning', description: 'trap 1.3.6.1.6.3.1.1.5.1' });
  });
});
