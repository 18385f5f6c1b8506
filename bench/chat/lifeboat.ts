import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createButtonMemory } from '../../src/chatops/button-memory.js';
import { createInboundHandler } from '../../src/chatops/inbound.js';
import { createPendingPresses } from '../../src/chatops/pending-press.js';
import { createRender } from '../../src/chatops/render.js';
import { loadTemplates } from '../../src/chatops/templates/load.js';
import type { Person } from '../../src/core/estate.js';
import { peopleStream } from '../../src/core/event.js';
import { createDesk } from '../../src/desk/create-desk.js';
import type { DeskParts } from '../../src/desk/parts.js';
import { propose } from '../../src/desk/propose.js';
import { createBrake } from '../../src/durable/brake.js';
import { createMemoryRuns } from '../../src/durable/memory-runs.js';
import { createEngine } from '../../src/engine/engine.js';
import { createKeyv } from '../../src/journal/keyv-store.js';
import { createPostgresButtonStore, createPostgresOnceStore } from '../../src/journal/once.js';
import { loadRunbooks } from '../../src/runbook/load.js';
import { createSlack } from '../../src/drivers/channel/slack/slack.js';
import { createIncidents } from '../../src/notify/incidents.js';
import { largeEstate } from '../estate.js';
import { instantWorld } from '../instant-world.js';
import { quiet, startStack } from '../stack.js';
import { signingSecret } from './client.js';
import { keepAliveMs, type Door } from './door.js';

const person = (name: string): Person => ({ name, displayName: name, roles: ['operator', 'approver'], tenants: 'all', email: null, phone: null, timeZone: null });
/** What is typed: looking, help, a slip of the fingers, and approvals that are refused and go into the journal. */
const lines: readonly string[] = Array.from({ length: 200 }, (_, n) => {
  const vm = n % 100;
  return [`query vm vm${vm}`, `q vm vm${vm}`, 'query run', `query host_group HG${n % 4}`, `query host home${n % 4}`, 'help move', 'query incident', `query vm vx${vm}`, `query run R-${1 + n % 4}`, `approve R-${1 + n % 4}`][n % 10]!;
});

/** Slack's way in as app.ts wires it: signature, replay guard, Bolt, link, authority, desk, templates, answer; PostgreSQL below, an engine over hosts that answer at once. `apiUrl`: where Slack's own questions go. */
export async function startLifeboat(apiUrl: string) {
  const ana = person('ana');
  const stack = await startStack({ ...largeEstate(100), people: [ana, person('ben')] });
  const { pool, journal, live, clock } = stack;
  for (const vm of live.current.vms.values()) Object.assign(vm, { state: 'READY_TO_MOVE', reason: null, power: 'running' });
  const once = createPostgresOnceStore(pool);
  const buttons = createButtonMemory(createPostgresButtonStore(pool));
  const runs = createMemoryRuns({ execute: async () => { throw new Error('nothing is run here'); }, clock, log: quiet });
  const incidents = createIncidents({ journal, live });
  const parts: DeskParts = { journal, live, closeIncident: incidents.close, controller: createEngine({ ...instantWorld(live.current.estate!), clock }), runs, clock, brake: createBrake(() => undefined), once, buttons, runbooks: loadRunbooks('runbooks'), surfaces: ['slack'], version: 'bench', log: () => undefined };
  for (const group of ['HG0', 'HG1', 'HG2', 'HG3']) {
    const proposed = await propose(parts, { verb: 'move', tenant: 'bench', scope: { class: 'host_group', name: group }, hostGroups: [group], from: 'north', to: 'south', drType: 'planned' }, { kind: 'person', person: ana.name, surface: 'slack' }, { incident: null, reason: null });
    if (proposed.kind !== 'proposed') throw new Error(JSON.stringify(proposed));
  }
  const link = async (name: string, surface: 'slack' | 'teams' | 'email' | 'sms' | 'web' | 'cli' | 'schedule' | 'monitor', identity: string): Promise<void> => {
    const [linked] = await journal.append({ entries: [{ stream: peopleStream, tenant: null, actor: { kind: 'person', person: name, surface }, event: { type: 'person.linked', person: name, surface, identity } }] });
    await live.reach(linked!.seq);
  };
  await link(ana.name, 'slack', 'T1/U1');
  const handler = createInboundHandler({ live, desk: createDesk(parts), once, buttons, pending: createPendingPresses(createKeyv(pool, 'press'), clock), render: createRender(loadTemplates('templates')), clock, link, readiness: () => [], log: quiet });
  const slack = await createSlack({ env: { botToken: 'xoxb-bench', signingSecret, apiUrl }, handler, once, clock, log: quiet });
  await slack.start();
  const server = createServer(slack.requestListener);
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  server.keepAliveTimeout = keepAliveMs;
  const began = live.current.seq;
  const door: Door = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`, lines,
    async stop() {
      await slack.stop();
      server.closeAllConnections();
      await new Promise((resolve) => { server.close(resolve); });
      await stack.stop();
    },
  };
  return { ...door, journalled: (): number => live.current.seq - began, incidents, clock };
}
