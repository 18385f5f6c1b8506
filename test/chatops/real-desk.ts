import { createInboundHandler } from '../../src/chatops/inbound.js';
import { createPendingPresses } from '../../src/chatops/pending-press.js';
import { createRender } from '../../src/chatops/render.js';
import { loadTemplates } from '../../src/chatops/templates/load.js';
import type { Estate } from '../../src/core/estate.js';
import { peopleStream } from '../../src/core/event.js';
import { readiness } from '../../src/core/readiness.js';
import { entry, record } from '../../src/desk/parts.js';
import type { DialogHandler, Inbound } from '../../src/ports/channel.js';
import { createLab, makeReady, type BootOptions, type Lab, type LabNode } from '../scenarios/lab/lab.js';
import { templateDirectory } from './fixture.js';

export interface RealDesk { readonly lab: Lab; readonly node: LabNode; readonly handler: DialogHandler; from(identity: string, more?: Partial<Inbound>): Inbound; link(person: string, identity?: string): Promise<void> }

const render = createRender(loadTemplates(templateDirectory));

/** The way in of chat over a real desk on a simulated estate. `T1/UANA` is ana, once she is linked. */
export async function createRealDesk(estate: Estate, boot: BootOptions = {}): Promise<RealDesk> {
  const lab = createLab({ estate });
  const node = await lab.boot(boot);
  await makeReady(lab, node);
  const { parts, desk } = node;
  const kept = new Map<string, unknown>();
  const link = async (person: string, identity = `T1/U${person.toUpperCase()}`): Promise<void> => { await record(parts, [entry(peopleStream, null, { kind: 'person', person, surface: 'slack' }, { type: 'person.linked', person, surface: 'slack', identity })]); };
  const handler = createInboundHandler({
    live: parts.live, desk, once: parts.once, buttons: parts.buttons, render, clock: parts.clock, log: { error: (fields, message) => { throw new Error(`${message} ${JSON.stringify(fields)}`); } },
    pending: createPendingPresses({ get: async (key) => kept.get(key), set: async (key, value) => kept.set(key, value), delete: async (key) => kept.delete(key) }, parts.clock),
    link: (person, _surface, identity) => link(person, identity), readiness: () => readiness({ state: parts.live.current, runbooks: parts.runbooks, surfaces: ['web', 'slack'], now: parts.clock.now() }),
  });
  let delivery = 0;
  return { lab, node, handler, link, from: (identity, more = {}) => ({ surface: 'slack', identity, displayName: null, conversation: 'C1', deliveryId: `d${++delivery}`, ...more }) };
}
