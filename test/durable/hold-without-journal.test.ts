import { afterEach, describe, expect, test } from '@jest/globals';
import type { AppendRequest } from '../../src/ports/journal.js';
import { tinyEstate } from '../scenarios/lab/estates.js';
import { createLab, makeReady, runIn, type Lab } from '../scenarios/lab/lab.js';

const labs: Lab[] = [];
afterEach(async () => { for (const lab of labs.splice(0)) await lab.close(); });

/** A planned move during which the journal can no longer be written, from the first append on that `from` names. */
async function moveUntilFull(from: (request: AppendRequest) => boolean) {
  const lab = createLab({ estate: tinyEstate() });
  labs.push(lab);
  const disk = { armed: false, full: false };
  const node = await lab.boot({ appendFault: (request) => { disk.full ||= disk.armed && from(request); return disk.full ? 'unavailable' : null; } });
  await makeReady(lab, node);
  const before = lab.world.effects().length;
  const run = runIn(await node.say('ana', 'move site from=customerA to=service_provider dr_type=planned'));
  disk.armed = true;
  await node.say('ben', `approve ${run}`);
  await lab.until('the disk is full', () => disk.full);
  await lab.pass(60_000);
  return { lab, node, run, disk, effects: () => lab.world.effects().slice(before).map(({ effect }) => effect.op) };
}
const intentOf = (kind: string) => ({ entries }: AppendRequest): boolean => entries.some(({ event }) => event.type === 'step.started' && event.step.startsWith(kind));
const evidenceOf = (kind: string) => ({ entries }: AppendRequest): boolean => entries.some(({ event }) => event.type === 'step.finished' && event.step.startsWith(kind));

describe('hold while the journal cannot be written', () => {
  test.each(['stop-vm', 'reverse-group', 'define-vm', 'start-vm', 'remove-vm'])('at the intent of %s: with space again the hold is recorded, and nothing starts before people let it', async (kind) => {
    const { lab, node, run, disk, effects } = await moveUntilFull(intentOf(kind));
    const standing = effects();
    expect(await node.say('dora', `hold ${run}`)).toMatchObject({ kind: 'decision', status: 0, code: 'held-here' });
    disk.armed = false;
    disk.full = false;
    await lab.until('the hold is recorded', () => node.run(run).held !== null);
    await lab.pass(300_000);
    expect([node.run(run).status, effects()]).toEqual(['held', standing]);
    await node.say('ana', `resume ${run}`);
    await node.say('ben', `resume ${run}`);
    await lab.settle(node);
    expect(node.run(run).status).toBe('succeeded');
    expect(new Set(lab.world.effects().map(({ key }) => key).filter(Boolean)).size).toBe(lab.world.effects().filter(({ key }) => key !== null).length);
  });

  test('at the evidence of a step: the step was under way and is written down, nothing follows', async () => {
    const { lab, node, run, disk, effects } = await moveUntilFull(evidenceOf('stop-vm'));
    const standing = effects();
    expect(await node.say('dora', `hold ${run}`)).toMatchObject({ code: 'held-here' });
    Object.assign(disk, { armed: false, full: false });
    await lab.until('the hold is recorded', () => node.run(run).held !== null);
    await lab.pass(300_000);
    expect([node.run(run).status, effects()]).toEqual(['held', standing]);
  });

  test('without a hold it goes on by itself when there is space, and nothing happens twice', async () => {
    const { lab, node, run, disk, effects } = await moveUntilFull(intentOf('reverse-group'));
    const standing = effects();
    await lab.pass(3_600_000);
    expect([node.run(run).status, effects()]).toEqual(['running', standing]);
    Object.assign(disk, { armed: false, full: false });
    await lab.settle(node);
    expect(node.run(run).status).toBe('succeeded');
    expect(effects().filter((op) => op === 'reversed')).toHaveLength(1);
  });

  test('everything else says that nothing was started or decided, and how to go on', async () => {
    const { node, run, disk } = await moveUntilFull(intentOf('reverse-group'));
    expect(disk.full).toBe(true);
    for (const line of [`cancel ${run}`, 'verify site customerA']) expect(await node.say('ana', line)).toMatchObject({ kind: 'refusal', status: 1, code: 'journal', what: expect.stringContaining('nothing was started or decided') });
    expect(await node.say('vic', `query run ${run}`)).toMatchObject({ status: 0 });
  });
});
