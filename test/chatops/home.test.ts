import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHome } from '../../src/chatops/home.js';
import { createRender } from '../../src/chatops/render.js';
import { loadTemplates } from '../../src/chatops/templates/load.js';
import { personOf } from '../../src/core/estate.js';
import { createIncidents } from '../../src/notify/incidents.js';
import type { Card } from '../../src/ports/channel.js';
import { runIn } from '../scenarios/lab/lab.js';
import { customersEstate } from '../scenarios/lab/estates.js';
import { FakeClock, fakeButtons } from './fakes.js';
import { aPlan, Story, templateDirectory } from './fixture.js';
import { createRealDesk, type RealDesk } from './real-desk.js';

let desk: RealDesk;
beforeEach(async () => {
  desk = await createRealDesk(customersEstate(), { gate: { people: 2 } });
  for (const person of ['ana', 'ben', 'vic', 'olga', 'otto']) await desk.link(person);
});
afterEach(() => desk.lab.close());

const homeOf = (who: string): Promise<readonly Card[]> => desk.handler.home(desk.from(`T1/U${who}`));
const text = (cards: readonly Card[]): string => cards.map((card) => card.text).join('\n');
const verbs = (card: Card | undefined): string[] => (card?.actions ?? []).map(({ verb }) => verb);
const ask = async (line: string): Promise<string> => runIn(await desk.node.say('ana', line));
const move = 'move site from=customerA to=service_provider';

describe('the page of a person\'s own', () => {
  test('what waits for the reader stands first, with the buttons of the direct message', async () => {
    const run = await ask(move);
    const [summary, first] = await homeOf('BEN');
    expect(summary!.text).toMatch(/Waits for you:\s+1/);
    expect(first!.text).toContain(run);
    expect(verbs(first)).toEqual(['approve', 'review', 'reject']);
  });
  test('the button of that page decides like any other, and the page is different afterwards', async () => {
    const run = await ask(move);
    const approve = (await homeOf('BEN'))[1]!.actions.find(({ verb }) => verb === 'approve')!;
    expect((await desk.handler.action(desk.from('T1/UBEN'), approve.id)).card?.text).toContain(run);
    expect((await homeOf('BEN'))[0]!.text).toMatch(/Waits for you:\s+none/);
  });
  test('who asked sees the run without a way to approve it', async () => {
    await ask(move);
    expect((await homeOf('ANA')).flatMap(verbs)).not.toContain('approve');
    expect((await homeOf('ANA')).flatMap(verbs)).toContain('hold');
  });
  test('a customer sees nothing of another one', async () => {
    await ask(move);
    expect(text(await homeOf('OTTO'))).not.toMatch(/cluster01|customerA|R-\d/);
    expect(text(await homeOf('OLGA'))).toMatch(/customerA/);
  });
  test('what is planned for later stands under drills and planned starts', async () => {
    const run = await ask(`${move} at=2026-11-22T02:00Z`);
    for (const who of ['ben', 'chris']) await desk.node.say(who, `approve ${run}`);
    const planned = (await homeOf('VIC')).find(({ heading }) => heading === 'Drills and planned starts')!;
    expect(planned.text).toMatch(new RegExp(`${run}:\\s+.*from 22 Nov 02:00 UTC`));
    expect(planned.text).toMatch(/Verified daily:\s+cluster01 at/);
  });
  test('an open incident is shown with a way to say that one looks after it', async () => {
    await createIncidents({ journal: desk.node.parts.journal, live: desk.node.parts.live }).raise({ name: 'HOST_FAILURE', severity: 'critical', entityClass: 'host', entity: 'pbrazos', uuid: null, tenant: 'cluster01', site: 'customerA', description: 'Host pbrazos does not answer.', occurredAt: desk.lab.clock.now(), source: 'engine', key: 'HOST_FAILURE:pbrazos', evidence: [] });
    const incident = (await homeOf('OLGA')).find((card) => verbs(card).includes('acknowledge'))!;
    expect(incident.text).toContain('pbrazos');
    expect(text(await homeOf('OTTO'))).not.toContain('pbrazos');
  });
  test('a quorum that cannot be found says what is missing and what to do', async () => {
    const quorum = (await homeOf('ANA')).at(-1)!;
    expect(quorum.heading).toBe('Quorum');
    expect(quorum.text).toMatch(/Could be approved now:\s+\d+ of \d+ runbooks/);
  });
  test('with more than can be shown, the newest are, and the rest is counted', async () => {
    const story = new Story();
    for (let number = 1; number <= 9; number++) story.propose(aPlan({ run: `R-${number}` }));
    const home = createHome({ live: { current: story.state, reach: async () => undefined, onEntries: () => () => undefined }, render: createRender(loadTemplates(templateDirectory)), buttons: fakeButtons(), clock: new FakeClock(story.now), readiness: () => [] });
    const cards = await home(personOf(story.state.estate!, 'ben')!, 'slack');
    expect(cards[0]!.text).toMatch(/Waits for you:\s+9, of which 6 are shown/);
    expect(cards.filter((card) => verbs(card).includes('approve')).map(({ text: shown }) => /R-\d/.exec(shown)![0])).toEqual(['R-9', 'R-8', 'R-7', 'R-6', 'R-5', 'R-4']);
  });
  test('the buttons for forms are those that the reader\'s roles allow', async () => {
    const labels = async (who: string): Promise<string[]> => (await homeOf(who))[0]!.actions.map(({ label }) => label);
    expect([await labels('ANA'), await labels('VIC')]).toEqual([['Move...', 'Rehearse...', 'Silence...', 'Maintenance mark...', 'Break glass...'], []]);
  });
  test('somebody who is not linked is told how to link, and sees nothing else', async () => {
    await ask(move);
    const cards = await homeOf('NOBODY');
    expect(cards).toHaveLength(1);
    expect(cards[0]!.text).toMatch(/does not know whose Slack account[\s\S]*code slack[\s\S]*\/dr link CODE/);
  });
});
