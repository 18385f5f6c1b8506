import { afterEach, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { createWebServer } from '../../src/web/server.js';
import { until } from '../support/poll.js';
import { aCard, anIncident, start } from '../web/support.js';
import { describeWithChromium, openBrowser, seriousFindings, type Browser } from './chromium.js';
import { startConsoleDemo } from './console-demo.js';

const closings: (() => Promise<void>)[] = [];
afterEach(async () => { for (const close of closings.splice(0).toReversed()) await close(); });

async function openConsole(options: Parameters<typeof openBrowser>[0] = {}) {
  const demo = await startConsoleDemo();
  closings.push(() => demo.server.close());
  const browser: Browser = await openBrowser(options);
  closings.push(() => browser.close());
  await browser.page.goto(demo.url);
  await browser.page.getByRole('heading', { name: 'Host pbrazos is down' }).waitFor();
  // The poll of the conversations stands on the fake clock: here it goes on as in life.
  const ticking = setInterval(() => { void demo.clock.advance(400); }, 50);
  closings.push(async () => { clearInterval(ticking); });
  return { ...demo, ...browser };
}
const command = (page: Page) => page.getByLabel('Command', { exact: true });
const tabs = ['Estate', 'Incidents', 'Runs', 'Mail & SMS', 'Failures', 'Journal'];

describeWithChromium('the console in Chromium', () => {
  test('a typed command is answered to the typist alone, and arrow up brings it back', async () => {
    const { page, inbound, complaints, foreign } = await openConsole();
    await command(page).fill('query vm');
    await page.keyboard.press('Enter');
    await page.getByText('You asked query vm').waitFor();
    await page.getByText('Only you see this').last().waitFor();
    expect(inbound.command).toHaveBeenCalledWith(expect.objectContaining({ identity: 'ana', conversation: 'channel:cluster01' }), 'query vm');
    await page.keyboard.press('ArrowUp');
    expect(await command(page).inputValue()).toBe('query vm');
    expect({ complaints, foreign }).toEqual({ complaints: [], foreign: [] });
  });

  test('a secret typed by mistake leaves the screen and the history', async () => {
    const { page, inbound } = await openConsole();
    inbound.command.mockResolvedValueOnce({ card: aCard('Refused'), status: 4 });
    await command(page).fill('modify hmc vmhmc1 password=hunter2');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Refused' }).waitFor();
    await page.getByText('password=[redacted]').waitFor();
    await page.keyboard.press('ArrowUp');
    expect(await command(page).inputValue()).toBe('modify hmc vmhmc1 password=[redacted]');
    expect(await page.content()).not.toContain('hunter2');
    expect(inbound.command.mock.calls[0]?.[1]).toBe('modify hmc vmhmc1 password=hunter2');
  });

  test('panels follow the journal, also while much happens', async () => {
    const { page, world } = await openConsole();
    await page.getByRole('tab', { name: 'Incidents' }).click();
    await page.getByRole('heading', { name: 'I-1 Host pbrazos is down' }).waitFor();
    const storm = setInterval(() => { world.append('notes', 'cluster01', { type: 'note', about: 'storm', text: 'again', data: null }); }, 20);
    closings.push(async () => { clearInterval(storm); });
    world.open(anIncident('I-7', 'cluster02', 'raichu', 'customerB'));
    await page.getByRole('heading', { name: 'I-7 Host raichu is down' }).waitFor();
  });

  test('a dangerous button asks first: going back does nothing, accepting acts once and shows the answer', async () => {
    const { page, inbound } = await openConsole();
    const approve = page.getByRole('button', { name: 'Approve R-1' });
    await approve.click();
    const dialog = page.getByRole('dialog', { name: 'Approve R-1?' });
    expect(await dialog.getByText('step 1 cannot be undone').isVisible()).toBe(true);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Go back');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Approve R-1');
    expect(inbound.action).not.toHaveBeenCalled();
    await approve.click();
    await dialog.getByRole('button', { name: 'Approve the move' }).dblclick();
    await page.getByText('ana pressed b-approve').waitFor();
    expect(inbound.action.mock.calls.map(([from, id]) => [from.identity, id])).toEqual([['ana', 'b-approve']]);
  });

  test('a click whose answer is lost is sent again as the same act', async () => {
    const { page, inbound } = await openConsole();
    let lost = 0;
    await page.route('**/api/press', async (route) => {
      if (lost > 0) return route.fallback();
      lost += 1;
      await route.fetch();
      return route.abort();
    });
    await page.getByRole('button', { name: 'Hold' }).click();
    await page.getByText('ana pressed b-hold').waitFor();
    const deliveries = inbound.action.mock.calls.map(([from]) => from.deliveryId);
    expect([deliveries.length, new Set(deliveries).size]).toEqual([2, 1]);
  });

  test('new messages, edits and stories come in by themselves', async () => {
    const { page, conversations } = await openConsole();
    await conversations.put({ key: 'run:R-9', conversation: 'channel:cluster01', thread: null, card: aCard('R-9 is running') }, start + 60_000);
    await page.getByRole('heading', { name: 'R-9 is running' }).waitFor();
    await conversations.update('run:R-9', aCard('R-9 succeeded', { tone: 'good' }), start + 61_000);
    await page.getByRole('heading', { name: 'R-9 succeeded' }).waitFor();
    expect(await page.getByRole('heading', { name: 'R-9 is running' }).count()).toBe(0);
    await page.getByText('Story: 1 message').click();
    await page.getByRole('heading', { name: 'R-1 proposed by Lifeboat' }).waitFor();
    await conversations.put({ key: 'run:R-1/2', conversation: 'channel:cluster01', thread: 'run:R-1', card: aCard('ben approved R-1') }, start + 62_000);
    await page.getByText('Story: 2 messages').waitFor();
    await page.getByRole('heading', { name: 'ben approved R-1' }).waitFor();
  });

  test('switching the person changes what is seen and who acts', async () => {
    const { page, inbound } = await openConsole();
    await page.getByRole('button', { name: /For you.*1 waiting for your approval/s }).click();
    await page.getByRole('heading', { name: 'Your approval is asked for: R-1' }).waitFor();
    await page.getByLabel('Acting as').selectOption('dora');
    await page.getByRole('button', { name: /cluster02/ }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /For you/ }).click();
    await page.getByText('Nothing was said here yet').waitFor();
    await command(page).fill('hold R-1');
    await page.keyboard.press('Enter');
    await page.getByText('You asked hold R-1').waitFor();
    expect(inbound.command.mock.calls.at(-1)?.[0].identity).toBe('dora');
  });

  test('another tab that switched is noticed: the page shows who acts now', async () => {
    const { page, url } = await openConsole();
    const other = await page.context().newPage();
    await other.goto(url);
    await other.getByLabel('Acting as').selectOption('ben');
    await other.getByText('Ben Okafor').first().waitFor({ state: 'attached' });
    await until('the first tab to follow', async () => (await page.getByLabel('Acting as').inputValue()) === 'ben');
  });

  test('a server that goes away is said, and when it is back the page goes on with what it missed', async () => {
    const { page, server, deps, conversations, url } = await openConsole();
    await server.close();
    await page.getByRole('alert').getByText('Connection lost, trying again').waitFor();
    await conversations.put({ key: 'meanwhile', conversation: 'channel:cluster01', thread: null, card: aCard('Said meanwhile') }, start + 70_000);
    const again = await createWebServer(deps);
    closings.push(() => again.close());
    await again.listen({ port: Number(new URL(url).port), host: '127.0.0.1' });
    await page.getByRole('heading', { name: 'Said meanwhile' }).waitFor();
    await page.getByRole('alert').waitFor({ state: 'detached' });
  });

  test('a message can bring no markup of its own', async () => {
    const { page, conversations, complaints, foreign } = await openConsole();
    const body = 'before <img src="https://evil.example/x.png" onerror="document.title=\'owned\'"><script>document.title="owned"</script><a href="https://evil.example">link</a>';
    await conversations.put({ key: 'hostile', conversation: 'channel:cluster01', thread: null, card: aCard('Hostile', { body }) }, start + 80_000);
    const card = page.getByRole('article', { name: 'Hostile' });
    await card.waitFor();
    expect(await card.locator('.markup').textContent()).toBe(body);
    expect(await card.locator('.markup *').count()).toBe(0);
    expect([await page.title(), complaints, foreign]).toEqual(['Lifeboat', [], []]);
  });

  test('a mail is shown as its reader would see it, without running or loading anything', async () => {
    const { page, foreign } = await openConsole();
    await page.getByRole('tab', { name: 'Mail & SMS' }).click();
    await page.getByRole('button', { name: /^Mail to ana/ }).click();
    const frame = page.frameLocator('iframe[title^="Mail:"]');
    await frame.getByRole('heading', { name: 'Host pbrazos is down' }).waitFor();
    expect(await frame.getByRole('heading').evaluate((heading) => getComputedStyle(heading).color)).toBe('rgb(11, 79, 108)');
    await page.getByRole('button', { name: 'Show as plain text' }).click();
    await page.getByText('Text of mail:I-1/ana').waitFor();
    await page.getByText('The gateway refused the number.').waitFor();
    expect(foreign).toEqual([]);
  });

  test('a failure is injected and reverted', async () => {
    const { page, deps } = await openConsole();
    await page.getByRole('tab', { name: 'Failures' }).click();
    await page.getByRole('button', { name: 'Inject: Host pbrazos is down' }).click();
    await page.getByRole('button', { name: 'Revert: Host pbrazos is down' }).click();
    await page.getByText('Nothing is broken.').waitFor();
    expect(await deps.faults!.active()).toEqual([]);
  });

  test.each([['light', 1280], ['dark', 1280], ['light', 390], ['dark', 390]] as const)('axe finds nothing serious, and nothing is cut off: %s, %i px', async (colorScheme, width) => {
    const { page } = await openConsole({ width, colorScheme });
    await command(page).fill('help');
    await page.keyboard.press('Enter');
    await page.getByText('You asked help').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    for (const name of tabs) {
      await page.getByRole('tab', { name }).click();
      if (name === 'Runs') await page.getByRole('button', { name: /R-1 unplanned move/ }).click();
      await page.locator('#panel .quiet:has-text("Loading")').waitFor({ state: 'detached' });
      expect([name, await seriousFindings(page)]).toEqual([name, []]);
      expect([name, await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)]).toEqual([name, true]);
    }
    if (width === 390) await page.getByRole('tab', { name: 'Chat' }).click();
    await page.getByRole('button', { name: 'Approve R-1' }).click();
    expect(await seriousFindings(page)).toEqual([]);
  });

  test('everything can be reached by the keyboard', async () => {
    const { page, inbound } = await openConsole();
    await page.getByRole('tab', { name: 'Estate' }).focus();
    for (const name of ['Incidents', 'Runs']) {
      await page.keyboard.press('ArrowRight');
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(name);
    }
    await page.locator('body').press('Control+Home');
    await page.getByRole('button', { name: 'Hold' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('ana pressed b-hold').waitFor();
    expect(inbound.action).toHaveBeenCalledTimes(1);
  });
});
