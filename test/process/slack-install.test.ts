import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { api, signed, signingSecret, slashCommand, startSlackServer, type SlackServer } from '../drivers/slack-support/emulator.js';
import { freePort } from '../support/free-port.js';
import { createVar, startLifeboat, type Lifeboat } from '../support/lifeboat.js';
import { until } from '../support/poll.js';

/** Without a token in the environment: the app comes into a workspace through the console's code and Slack's own page. */
describe('Slack installed through /slack/install', () => {
  const place = createVar('lifeboat-install-');
  let slack: SlackServer;
  let lifeboat: Lifeboat;
  let at: string;

  const start = async (): Promise<void> => {
    const port = await freePort();
    lifeboat = await startLifeboat({ varDirectory: place.varDirectory, env: { PORT: String(port), PUBLIC_URL: 'https://lifeboat.example', SLACK_SIGNING_SECRET: signingSecret, SLACK_CLIENT_ID: '1.2', SLACK_CLIENT_SECRET: 's', SLACK_API_URL: `${slack.url}/api/` } });
    at = `http://127.0.0.1:${port}`;
  };
  beforeAll(async () => {
    slack = await startSlackServer();
    await start();
  }, 90_000);
  afterAll(async () => {
    await lifeboat?.stop();
    await slack?.close();
    place.done();
  });
  const says = async (): Promise<string> => ((await (await fetch(`${at}/readyz`)).json()) as { checks: { name: string; says: string }[] }).checks.find(({ name }) => name === 'slack')!.says;

  test('it starts with nothing installed, and says what to do', async () => expect(await says()).toContain('code slack-install'));

  test('a code from the command line, the form and Slack\'s page lead to a workspace that answers', async () => {
    const { json } = await lifeboat.command('code slack-install', 'ana');
    const entered = await fetch(`${at}/slack/install`, { method: 'POST', redirect: 'manual', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ code: (json as { code: string }).code }) });
    const location = new URL(entered.headers.get('location')!);
    const user = (await api(slack, 'users.list')).members.find(({ name }: { name: string }) => name === 'ana').id as string;
    const agreed = await fetch(`${slack.url}/oauth/v2/authorize/callback`, { method: 'POST', redirect: 'manual', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ user_id: user, ...Object.fromEntries(location.searchParams) }) });
    const back = new URL(agreed.headers.get('location')!);
    expect(back.origin + back.pathname).toBe('https://lifeboat.example/slack/oauth_redirect');
    expect((await fetch(`${at}${back.pathname}${back.search}`, { headers: { cookie: entered.headers.get('set-cookie')!.split(';')[0]! } })).status).toBe(200);
    await until('the connection', async () => /Connected to the Slack workspace/.test(await says()), 10_000);
  });

  test('after a new start it is still there, no line that was printed holds a token, and refused requests are counted', async () => {
    const before = lifeboat.printed();
    await lifeboat.stop();
    await start();
    await until('the connection', async () => /Connected to the Slack workspace/.test(await says()), 10_000);
    const { body, headers } = signed(slashCommand('help'), { secret: 'forged' });
    expect((await fetch(`${at}/slack/events`, { method: 'POST', body, headers })).status).toBe(401);
    expect(await (await fetch(`${at}/metrics`)).text()).toContain('lifeboat_requests_refused_total{surface="slack",why="wrong-signature"} 1');
    expect(before + lifeboat.printed()).not.toMatch(/xox[a-z]-/);
  });
});
