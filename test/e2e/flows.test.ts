import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { createVar, fastEstate, startLifeboat, worldEffects, type Lifeboat } from '../support/lifeboat.js';
import { describeWithChromium, openBrowser, seriousFindings, type Browser } from './chromium.js';

const vms = ['billing', 'ledger', 'orders', 'payroll', 'portal', 'reports'];
const patienceMs = 25_000;

describeWithChromium('the whole story in the console, on the real Lifeboat', () => {
  const place = createVar();
  let lifeboat: Lifeboat;
  let browser: Browser;
  let page: Page;
  const runs: Record<string, string> = {};

  beforeAll(async () => {
    lifeboat = await startLifeboat({ varDirectory: place.varDirectory, env: { LIFEBOAT_ESTATE: fastEstate(place.folder, 20) } });
    browser = await openBrowser();
    page = browser.page;
    page.setDefaultTimeout(patienceMs);
    await page.goto(lifeboat.address);
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await lifeboat.stop();
    place.done();
  }, 60_000);

  const tab = (name: string): Promise<void> => page.getByRole('tab', { name }).click();
  const choose = (name: RegExp): Promise<void> => page.getByRole('navigation', { name: 'Conversations' }).getByRole('button', { name }).click();
  const actAs = async (person: string): Promise<void> => {
    await page.getByLabel('Acting as').selectOption(person);
    await page.locator(`.console[data-person="${person}"]`).waitFor();
  };
  const type = async (line: string): Promise<void> => {
    await page.getByLabel('Command', { exact: true }).fill(line);
    await page.keyboard.press('Enter');
  };
  const answerTo = (line: string) => page.locator('.exchange').filter({ has: page.locator('.said code').getByText(line, { exact: true }) }).last();
  const vmRow = (vm: string) => page.getByRole('region', { name: 'VMs of HG_A' }).getByRole('row').filter({ has: page.getByRole('rowheader', { name: vm, exact: true }) });
  const everyVm = async (...words: string[]): Promise<void> => {
    await tab('Estate');
    for (const vm of vms) { let row = vmRow(vm); for (const word of words) row = row.filter({ hasText: word }); await row.waitFor(); }
  };
  /** Approves what waits for this person, by the button of the private request. Answers with the run. */
  const approveAs = async (person: string, about: RegExp, answer: RegExp): Promise<string> => {
    await actAs(person);
    await choose(/For you/);
    const card = page.getByRole('article', { name: about }).filter({ has: page.getByRole('button', { name: 'Approve', exact: true }) }).last();
    const run = /R-\d+/.exec((await card.textContent())!)![0];
    await card.getByRole('button', { name: 'Approve', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: `Approve ${run}?` });
    expect(await seriousFindings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Approve', exact: true }).click();
    await page.getByText(answer).last().waitFor();
    return run;
  };

  test('a new browser sees the demo estate, and every mirrored VM becomes ready to move', async () => {
    await page.getByText('Simulated').waitFor();
    await everyVm('READY_TO_MOVE', 'running', 'pbrazos');
    await page.getByRole('region', { name: 'VMs of HG_B' }).getByText(/hdisk1/).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
  }, 90_000);

  test('the operator types commands; each refusal says why and what to do', async () => {
    for (const [line, words] of [
      ['help', /move site/], ['query site', /service_provider/], ['move site -?', /dr_type/], ['move site from=customerA to=service_providr', /Did you mean '?service_provider/], ['mvoe site', /Did you mean '?move/],
      ['approve R-99', /no run R-99/], ['move site from=customerA to=customerA', /two different sites/], ['verify site customerA', /Verification|verif/i],
    ] as const) {
      await type(line);
      await answerTo(line).getByText(words).first().waitFor();
    }
    await actAs('vic');
    await type('move site from=customerA to=service_provider');
    await answerTo('move site from=customerA to=service_provider').getByText(/needs the role operator/).waitFor();
    await actAs('ana');
    expect(await seriousFindings(page)).toEqual([]);
  }, 90_000);

  test('pbrazos goes down: the channel, the incident list and the mail tell it, and nothing moves', async () => {
    await tab('Failures');
    await page.getByRole('button', { name: 'Inject: Host pbrazos is down' }).click();
    await choose(/cluster01/);
    const card = page.getByRole('article', { name: /pbrazos/ }).first();
    await card.getByText(/Power Off/).first().waitFor();
    await tab('Incidents');
    await page.getByRole('heading', { name: /I-\d+ Host pbrazos at customerA is Power Off/ }).waitFor();
    await page.getByRole('button', { name: /Open proposed run R-/ }).waitFor();
    await tab('Mail & SMS');
    await page.getByRole('button', { name: /Mail to ana.*page I-/s }).click();
    await page.frameLocator('iframe').getByText(/pbrazos/).first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    expect(worldEffects(place.varDirectory).filter(({ effect }) => !['configured', 'fault'].includes(effect.op))).toEqual([]);
  }, 90_000);

  test('one person is not enough; the second lets it go, and six VMs start on snorlax', async () => {
    runs.move = await approveAs('ana', /MOVE|move/i, /Your approval of R-\d+ is recorded/);
    await type(`approve ${runs.move}`);
    await answerTo(`approve ${runs.move}`).getByText(/You approved R-\d+ already; one person counts once/).waitFor();
    expect(worldEffects(place.varDirectory).filter(({ effect }) => effect.op === 'started')).toEqual([]);
    await approveAs('ben', /MOVE|move/i, /is approved by ana and ben/);
    await everyVm('running', 'snorlax', 'ACTIVE_NEEDS_CLEANUP');
    await choose(/cluster01/);
    await page.getByRole('article', { name: new RegExp(`DONE.*unplanned move.*${runs.move}$`) }).getByText('6 out of 6 VMs have been successfully moved').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
  }, 120_000);

  test('the host comes back: the cleanup is proposed, the resync is by hand, two people each let them run', async () => {
    await tab('Failures');
    await page.getByRole('button', { name: 'Revert: Host pbrazos is down' }).click();
    runs.cleanup = await approveAs('ana', /CLEANUP|cleanup/i, /Your approval of R-\d+ is recorded/);
    await approveAs('ben', /CLEANUP|cleanup/i, /is approved by ana and ben/);
    await everyVm('running', 'snorlax', 'ACTIVE_NEEDS_RESYNC');
    await actAs('ana');
    await choose(/cluster01/);
    await type('resync site customerA');
    await answerTo('resync site customerA').getByText(/resync of customerA/i).first().waitFor();
    runs.resync = /R-\d+/.exec((await answerTo('resync site customerA').textContent())!)![0];
    await approveAs('chris', /RESYNC|resync/i, /is approved by ana and chris/);
    await everyVm('READY_TO_MOVE', 'running', 'snorlax');
    await tab('Incidents');
    await page.getByText(/Resolved/).first().waitFor();
  }, 150_000);

  test('home again as a planned move: ana asks, ben approves', async () => {
    await actAs('ana');
    await choose(/cluster01/);
    const line = 'move site from=service_provider to=customerA tenant=cluster01 dr_type=planned';
    await type(line);
    await answerTo(line).getByText(/Loss: none/).first().waitFor();
    runs.home = /R-\d+/.exec((await answerTo(line).textContent())!)![0];
    await type(`approve ${runs.home}`);
    await answerTo(`approve ${runs.home}`).getByText(/you can't approve it: a second person must/).waitFor();
    expect(await approveAs('ben', /MOVE|move/i, /is approved by ana and ben/)).toBe(runs.home);
    await everyVm('READY_TO_MOVE', 'running', 'pbrazos');
  }, 150_000);

  test('every step of every run has its evidence, and the journal is whole', async () => {
    await tab('Runs');
    for (const run of [runs.move!, runs.cleanup!, runs.resync!, runs.home!]) {
      await page.getByRole('button', { name: new RegExp(`^${run} `) }).click();
      await page.getByRole('heading', { name: new RegExp(`^${run} `) }).waitFor();
      const steps = await page.locator('ol.steps > li').evaluateAll((items) => items.map((item) => ({ says: item.querySelector('p')?.textContent ?? '', done: /done/.test(item.querySelector('p')?.textContent ?? ''), evidence: item.querySelectorAll('.evidence li').length })));
      expect([run, steps.length > 0, steps.filter(({ done, evidence }) => !done || evidence === 0)]).toEqual([run, true, []]);
      await page.getByText(`Journal of ${run}`).first().click();
      await page.getByText(/run\.finished/).first().waitFor();
      expect(await seriousFindings(page)).toEqual([]);
      await page.getByRole('button', { name: /All runs/ }).click();
    }
    await tab('Journal');
    await page.getByRole('button', { name: 'Verify the journal' }).click();
    await page.getByText(/The chain is whole/).waitFor();
    const world = worldEffects(place.varDirectory).filter(({ key }) => key !== null);
    expect(new Set(world.map(({ key }) => key)).size).toBe(world.length);
    // What was on its way while the person was switched is refused with 409, so that nobody is shown what another may see.
    const complaints = browser.complaints.filter((each) => !each.includes('status of 409'));
    expect({ complaints, foreign: browser.foreign }).toEqual({ complaints: [], foreign: [] });
  }, 90_000);
});
