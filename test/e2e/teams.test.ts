import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buttonsIn, cardOf, startTeamsDesk, wordsOf, type TeamsDesk } from '../drivers/teams-support/desk.js';
import { describeWithPlayground } from '../drivers/teams-support/playground.js';
import { until } from '../support/poll.js';
import { describeWithChromium, openBrowser, type Browser } from './chromium.js';

/** An approver at Microsoft's own client, with eyes and a mouse. */
describeWithChromium('an approval in the Playground in Chromium', () => {
  describeWithPlayground('with the whole product behind it', () => {
    let desk: TeamsDesk;
    let browser: Browser;
    beforeAll(async () => {
      desk = await startTeamsDesk();
      await until('the VMs are ready', async () => /6 out of 6/.test((await desk.lifeboat.command('query host_group HG_A')).text), 30_000);
      await desk.link();
      browser = await openBrowser({ width: 1100 });
      await browser.page.setViewportSize({ width: 1100, height: 1500 });
      await browser.page.goto(desk.ben.url);
    }, 120_000);
    afterAll(async () => {
      await browser?.close();
      await desk?.close();
    }, 30_000);

    test('the request is read, Approve asks again, the second press decides, and the card says so', async () => {
      const { page } = browser;
      const { run } = await desk.lifeboat.command('move site from=customerA to=service_provider reason="moving the racks"', 'ana');
      const ask = await desk.sent('the request', ({ path, body }) => path.startsWith('v3/conversations/chat-ben/') && wordsOf({ body }).includes(`Approve ${run}?`));
      expect(buttonsIn(cardOf(ask)).map(({ title }) => title)).toEqual(['Approve', 'Review', 'Reject']);
      await page.getByText('moving the racks').first().waitFor({ timeout: 20_000 });
      await page.getByRole('button', { name: 'Approve', exact: true }).first().click();
      await page.getByText(`Approve ${run}?`).waitFor();
      if (process.env.UPDATE_GOLDEN === '1') await page.locator('.ac-adaptiveCard').filter({ hasText: `Approve ${run}?` }).first().screenshot({ path: 'docs/images/teams-approval.png' });
      expect(existsSync('docs/images/teams-approval.png')).toBe(true);
      await page.getByRole('button', { name: 'Approve', exact: true }).last().click();
      await page.getByText(/approved/i).first().waitFor();
      await until('the run is over', async () => /succeeded/.test((await desk.lifeboat.command(`query run ${run}`)).text), 60_000);
      await page.getByText(/6 out of 6|is over/).first().waitFor({ timeout: 20_000 });
      expect(await page.getByRole('button', { name: 'Reject', exact: true }).count()).toBe(0);
    }, 120_000);
  });
});
