import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Channel } from '../../src/ports/channel.js';
import { createWebServer } from '../../src/web/server.js';
import { until } from '../support/poll.js';
import { client, freePort, startIssuer } from '../web/issuers.js';
import { anEstate, createDeps } from '../web/support.js';
import { describeWithChromium, openBrowser, seriousFindings } from './chromium.js';

beforeAll(() => { jest.spyOn(console, 'warn').mockImplementation(() => undefined); jest.spyOn(console, 'info').mockImplementation(() => undefined); });
afterAll(() => { jest.restoreAllMocks(); });

const closings: (() => Promise<void>)[] = [];
afterEach(async () => { for (const close of closings.splice(0).toReversed()) await close(); });

/** A real estate under the name localhost, with a third party's issuer and a chat beside it. */
async function openSignIn() {
  const port = await freePort();
  const publicUrl = `http://localhost:${port}`;
  const issuer = await startIssuer(`${publicUrl}/auth/callback`);
  closings.push(() => issuer.close());
  const post = jest.fn<Channel['post']>(async () => ({ surface: 'slack', conversation: 'D1', message: '1' }));
  const made = createDeps({ estate: anEstate({ simulated: false, clockRate: 1 }), publicUrl, openId: { ...client, issuer: issuer.issuer, claim: 'sub' }, directChannels: new Map([['slack', { post }]]) });
  const server = await createWebServer(made.deps);
  closings.push(() => server.close());
  await server.listen({ port, host: '127.0.0.1' });
  const browser = await openBrowser();
  closings.push(() => browser.close());
  await browser.page.goto(publicUrl);
  const code = (person: string): Promise<string> => made.deps.once.issueCode('web-login', person, 600_000);
  return { ...made, ...browser, issuer, publicUrl, post, code };
}

async function atIssuer(page: Page, login: string): Promise<void> {
  await page.locator('input[name=login]').fill(login);
  await page.locator('input[name=password]').fill('any');
  await page.locator('button[type=submit]').click();
  await page.getByRole('button', { name: 'Continue' }).click();
}
const signedInAs = (page: Page, name: string) => page.getByText(name, { exact: false }).first().waitFor();
const signOut = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: /^Sign in with/ }).waitFor();
};

describeWithChromium('signing in, in Chromium', () => {
  test('an unlinked sign-in of the issuer is linked by a code, and signs in alone the next time', async () => {
    const { page, issuer, code, world, foreign } = await openSignIn();
    await page.getByRole('button', { name: /^Sign in with/ }).click();
    await atIssuer(page, 'ana-at-issuer');
    await page.getByText(`${issuer.issuer}#ana-at-issuer`).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByLabel('One-time code').fill(await code('ana'));
    await page.getByRole('button', { name: 'Link and sign in' }).click();
    await signedInAs(page, 'Ana Silva');
    expect(world.live.current.links).toEqual([{ person: 'ana', surface: 'web', identity: `${issuer.issuer}#ana-at-issuer` }]);
    await signOut(page);
    await page.getByRole('button', { name: /^Sign in with/ }).click();
    // The issuer still knows who sits here and may ask for nothing.
    await signedInAs(page, 'Ana Silva');
    // The issuer's own page asks for a font, which this browser refuses.
    expect(foreign.filter((each) => !each.startsWith('https://fonts.googleapis.com/'))).toEqual([]);
  });

  test('somebody without the issuer asks for a code, which comes over the chat', async () => {
    const { page, world, post } = await openSignIn();
    world.append('people', null, { type: 'person.linked', person: 'ben', surface: 'slack', identity: 'T1/UBEN' });
    await page.getByLabel('Your name in the estate').fill('ben');
    await page.getByRole('button', { name: 'Send me a code' }).click();
    await page.getByText('a private message with a code is on its way').waitFor();
    await until('the message', () => post.mock.calls.length > 0);
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByLabel('One-time code').fill(/is (\w+)\./.exec(post.mock.lastCall![1].text)![1]!);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await signedInAs(page, 'Ben Okafor');
  });

  test('a passkey is added, confirms the session, and is removed', async () => {
    const { page, code, world, inbound, complaints } = await openSignIn();
    const devTools = await page.context().newCDPSession(page);
    await devTools.send('WebAuthn.enable');
    await devTools.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal', hasUserVerification: true, isUserVerified: true, hasResidentKey: true, automaticPresenceSimulation: true } });
    const signIn = async (): Promise<void> => {
      await page.getByLabel('One-time code').fill(await code('ana'));
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByRole('button', { name: 'Passkeys …' }).click();
    };
    await signIn();
    await page.getByLabel('Name of a new passkey').fill('laptop');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('Confirmed: this browser').waitFor();
    expect([...world.live.current.passkeys.values()]).toMatchObject([{ person: 'ana', name: 'laptop' }]);
    expect(await seriousFindings(page)).toEqual([]);

    await page.getByRole('button', { name: 'Close' }).click();
    await signOut(page);
    await signIn();
    await page.getByRole('button', { name: 'Remove laptop' }).click();
    await page.getByText('Passkeys are changed only after one of them confirmed it').waitFor();
    await page.getByRole('button', { name: 'Confirm with a passkey' }).click();
    await page.getByText('Confirmed: this browser').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByLabel('Command', { exact: true }).fill('help');
    await page.keyboard.press('Enter');
    await until('the command', () => inbound.command.mock.calls.length > 0);
    expect(inbound.command.mock.lastCall![0]).toMatchObject({ identity: 'ana', steppedUp: true });
    await page.getByRole('button', { name: 'Passkeys …' }).click();
    await page.getByRole('button', { name: 'Remove laptop' }).click();
    await until('the removal', () => world.live.current.passkeys.size === 0);
    // What the browser says of answers other than 200: signed out at first, and the refusal above.
    expect(complaints.filter((each) => !/401|403/.test(each))).toEqual([]);
  });
});
