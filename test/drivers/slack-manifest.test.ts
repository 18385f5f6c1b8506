import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';

const manifest = parse(readFileSync('docs/slack-manifest.yaml', 'utf8')) as { oauth_config: { scopes: { bot: string[] } }; features: { slash_commands: { command: string; url: string }[] }; settings: { event_subscriptions: { request_url: string; bot_events: string[] }; interactivity: { is_enabled: boolean; request_url: string } } };
const guide = readFileSync('docs/slack.md', 'utf8');

test.each(manifest.oauth_config.scopes.bot)('the guide says why the app asks for %s', (scope) => expect(guide).toContain(`| \`${scope}\` |`));
test('the app never asks to read what others write, nor for their addresses', () => expect(manifest.oauth_config.scopes.bot.filter((scope) => /history|groups|email|profile/.test(scope))).toEqual([]));
test('command, mention and button go to the address that the driver listens on', () => {
  const addresses = [...manifest.features.slash_commands.map((command) => command.url), manifest.settings.event_subscriptions.request_url, manifest.settings.interactivity.request_url];
  expect(addresses.map((address) => new URL(address).pathname)).toEqual(['/slack/events', '/slack/events', '/slack/events']);
  expect(manifest.features.slash_commands.map((command) => command.command)).toEqual(['/dr']);
  expect(manifest.settings.event_subscriptions.bot_events).toEqual(['app_mention']);
});
