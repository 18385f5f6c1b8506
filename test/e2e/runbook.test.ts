import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { createVar, fastEstate, startLifeboat, type Lifeboat } from '../support/lifeboat.js';
import { until } from '../support/poll.js';
import { describeWithChromium, openBrowser, seriousFindings, type Browser } from './chromium.js';

const own = `name: careful-verify
title: Careful verification
by_name: true
gate: { people: 2 }
steps:
  - verb: verify
  - id: batch
    ask: { role: operator, text: "Stop the batch jobs of {tenant}" }
  - id: users
    approval: { people: 1, role: approver, text: "Users of {tenant} know" }
  - notify: { text: "{tenant} is ready" }
`;

describeWithChromium('a runbook of one\'s own, in the console of the real Lifeboat', () => {
  const place = createVar();
  let lifeboat: Lifeboat;
  let browser: Browser;
  let page: Page;
  let run: string;

  beforeAll(async () => {
    const runbooks = join(place.folder, 'runbooks');
    cpSync('runbooks', runbooks, { recursive: true });
    writeFileSync(join(runbooks, 'careful-verify.yaml'), own);
    lifeboat = await startLifeboat({ varDirectory: place.varDirectory, env: { LIFEBOAT_ESTATE: fastEstate(place.folder, 20), LIFEBOAT_RUNBOOKS: runbooks } });
    await until('the estate is discovered', async () => JSON.stringify((await lifeboat.command('query vm billing')).json).includes('READY_TO_MOVE'), 60_000);
    browser = await openBrowser();
    page = browser.page;
    page.setDefaultTimeout(25_000);
    await page.goto(lifeboat.address);
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await lifeboat.stop();
    place.done();
  }, 60_000);

  const actAs = async (person: string): Promise<void> => {
    await page.getByLabel('Acting as').selectOption(person);
    await page.locator(`.console[data-person="${person}"]`).waitFor();
    await page.getByRole('navigation', { name: 'Conversations' }).getByRole('button', { name: /For you/ }).click();
  };
  /** Presses a button of a private card and says yes when it asks again. */
  const press = async (about: RegExp, button: string, dialog: RegExp, answer: RegExp): Promise<void> => {
    await page.getByRole('article', { name: about }).last().getByRole('button', { name: button, exact: true }).click();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('dialog', { name: dialog }).getByRole('button', { name: button, exact: true }).click();
    await page.getByText(answer).last().waitFor();
  };

  test('a dry run says what would be done and asks for nothing', async () => {
    await page.getByLabel('Command', { exact: true }).fill('run runbook careful-verify site=customerA dry_run=yes');
    await page.keyboard.press('Enter');
    await page.getByText(/A dry run:/).first().waitFor();
    expect(JSON.stringify((await lifeboat.command('query run')).json)).not.toContain('proposed');
  }, 60_000);

  test('the task comes to the operator and the question to the approver, each with buttons of its own; the run goes on by them', async () => {
    run = (await lifeboat.command('run runbook careful-verify site=customerA', 'ana')).run!;
    await actAs('ben');
    await press(new RegExp(`Your approval: .* ${run}$`), 'Approve', new RegExp(`Approve ${run}\\?`), new RegExp(`${run} is approved by ana and ben`));
    await actAs('ana');
    await press(new RegExp(`Your task: .* ${run}, step batch`), 'Done', /Done: step batch\?/, /Step batch of R-\d+ is confirmed/);
    await actAs('ben');
    await press(new RegExp(`Your approval: .* ${run}, step users`), 'Approve', /Approve: step users\?/, /Step users of R-\d+ is approved/);
    await until('it has succeeded', async () => JSON.stringify((await lifeboat.command(`query run ${run}`)).json).includes('"State":"succeeded"'), 60_000);
    await page.getByRole('article', { name: new RegExp(`\\[CLOSED\\]: .* ${run}, step users`) }).waitFor();
  }, 120_000);

  test('the journal tells who said what, and the channel has its own words', async () => {
    const ana = await lifeboat.as('ana');
    const journal = JSON.stringify(await ana('GET', `/api/runs/${run}/journal`));
    for (const words of [`ana said yes to batch of ${run} (web)`, `ben said yes to users of ${run} (web)`]) expect(journal).toContain(words);
    expect(JSON.stringify(await ana('GET', '/api/messages?conversation=channel:cluster01&thread=' + encodeURIComponent(`run:${run}/web/cluster01`)))).toContain('cluster01 is ready');
  }, 30_000);
});
