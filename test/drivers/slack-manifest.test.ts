import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { installPath, redirectPath } from '../../src/drivers/channel/slack/install.js';
import { messageShortcut, shortcuts } from '../../src/drivers/channel/slack/listeners.js';
import { botScopes, userGroupScopes } from '../../src/drivers/channel/slack/scopes.js';

interface Manifest {
  readonly features: { readonly app_home: Record<string, boolean>; readonly shortcuts: { readonly name: string; readonly type: string; readonly callback_id: string; readonly description: string }[]; readonly slash_commands: { readonly command: string; readonly url: string }[] };
  readonly oauth_config: { readonly redirect_urls: string[]; readonly scopes: { readonly bot: string[] } };
  readonly settings: { readonly event_subscriptions: { readonly request_url: string; readonly bot_events: string[] }; readonly interactivity: { readonly is_enabled: boolean; readonly request_url: string } };
}
const text = readFileSync('docs/slack-manifest.yaml', 'utf8');
const manifest = parse(text) as Manifest;
const guide = readFileSync('docs/slack.md', 'utf8');

test.each([...botScopes, ...userGroupScopes])('the guide says why the app asks for %s', (scope) => expect(guide).toContain(`| \`${scope}\` |`));
test('an installation through the console asks for what the manifest does, and user groups are asked for by whoever wants them', () => {
  expect(manifest.oauth_config.scopes.bot).toEqual([...botScopes]);
  for (const scope of userGroupScopes) expect(text).toContain(`# - ${scope}`);
});
test('the app never asks to read what others write, nor for their addresses', () => expect([...botScopes, ...userGroupScopes].filter((scope) => /history|^groups|email|profile/.test(scope))).toEqual([]));
test('command, mention, button and form go to the address that the driver listens on, and a browser comes back to the other', () => {
  const addresses = [...manifest.features.slash_commands.map((command) => command.url), manifest.settings.event_subscriptions.request_url, manifest.settings.interactivity.request_url, ...manifest.oauth_config.redirect_urls];
  expect(addresses.map((address) => new URL(address).pathname)).toEqual(['/slack/events', '/slack/events', '/slack/events', redirectPath]);
  expect(manifest.features.slash_commands.map((command) => command.command)).toEqual(['/dr']);
  expect(guide).toContain(`\`${installPath}\``);
});
test('every event, shortcut and tab is one that the driver hears', () => {
  expect(manifest.settings.event_subscriptions.bot_events).toEqual(['app_home_opened', 'app_mention', 'app_uninstalled', 'message_metadata_posted', 'tokens_revoked']);
  expect(manifest.features.shortcuts.map(({ type, callback_id: id }) => [type, id])).toEqual([...Object.keys(shortcuts).map((id) => ['global', id]), ['message', messageShortcut]]);
  expect([manifest.features.app_home.home_tab_enabled, manifest.settings.interactivity.is_enabled]).toEqual([true, true]);
});
test('names and descriptions of shortcuts keep to Slack\'s limits', () => expect(manifest.features.shortcuts.filter(({ name, description }) => name.length > 24 || description.length > 150)).toEqual([]));
