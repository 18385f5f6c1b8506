import { inflateSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { unzipSync } from 'fflate';
import { manifestOf, teamsPackage } from '../../src/drivers/channel/teams/app-package.js';
import { parse } from '../../src/desk/grammar.js';

const options = { appId: '5f1c5a52-9f7e-4f0e-8d6c-000000000001', publicUrl: 'https://lifeboat.example', version: '1.2.3' };

describe('the Teams app package', () => {
  const files = unzipSync(teamsPackage(options));
  const manifest = JSON.parse(Buffer.from(files['manifest.json']!).toString('utf8')) as ReturnType<typeof manifestOf>;

  test('holds the manifest and the two icons at its root, and nothing else', () => expect(Object.keys(files).toSorted()).toEqual(['color.png', 'manifest.json', 'outline.png']));
  test('the same version makes the same file', () => expect(Buffer.from(teamsPackage(options)).equals(Buffer.from(teamsPackage(options)))).toBe(true));

  test('has every field that Teams requires, within its lengths', () => {
    expect(manifest).toMatchObject({ manifestVersion: '1.16', version: '1.2.3', id: options.appId, icons: { color: 'color.png', outline: 'outline.png' }, accentColor: expect.stringMatching(/^#[0-9A-F]{6}$/) });
    expect(manifest.$schema).toContain(`/v${manifest.manifestVersion}/`);
    expect(manifest.developer.name.length).toBeLessThanOrEqual(32);
    for (const url of [manifest.developer.websiteUrl, manifest.developer.privacyUrl, manifest.developer.termsOfUseUrl]) expect(new URL(url).protocol).toBe('https:');
    expect(manifest.name.short.length).toBeLessThanOrEqual(30);
    expect(manifest.name.full.length).toBeLessThanOrEqual(100);
    expect(manifest.description.short.length).toBeLessThanOrEqual(80);
    expect(manifest.description.full.length).toBeLessThanOrEqual(4000);
  });
  test('names the host of the console as its only domain, without scheme, port and wildcard', () => {
    expect(manifest.validDomains).toEqual(['lifeboat.example']);
    expect(manifestOf({ ...options, publicUrl: 'https://lifeboat.example:8443/' }).validDomains).toEqual(['lifeboat.example']);
  });
  test('the bot is there for personal, team and group conversations, and asks for no more', () => {
    expect(manifest.bots).toHaveLength(1);
    expect(manifest.bots[0]).toMatchObject({ botId: options.appId, scopes: ['personal', 'team', 'groupchat'], supportsFiles: false, isNotificationOnly: false });
    expect(manifest.permissions).toEqual(['identity', 'messageTeamMembers']);
  });
  test('lists at most ten commands a scope, each of which Lifeboat understands', () => {
    const lists = manifest.bots[0]!.commandLists;
    expect(lists.flatMap(({ scopes }) => scopes)).toEqual(['personal', 'team', 'groupchat']);
    for (const { commands } of lists) {
      expect(commands.length).toBeLessThanOrEqual(10);
      for (const { title, description } of commands) {
        expect(title.length).toBeLessThanOrEqual(32);
        expect(description.length).toBeLessThanOrEqual(128);
        if (title !== 'use this channel for') expect(parse(title)).toMatchObject({ ok: true });
      }
    }
  });

  test.each([['color.png', 192, false], ['outline.png', 32, true]] as const)('%s has %d pixels a side; white on nothing: %s', (name, size, outline) => {
    const png = Buffer.from(files[name]!);
    expect(png.subarray(0, 8)).toEqual(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([size, size]);
    const at = png.indexOf('IDAT');
    const rows = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
    const pixels = Array.from({ length: size * size }, (_, index) => [...rows.subarray(Math.floor(index / size) * (1 + size * 4) + 1 + (index % size) * 4).subarray(0, 4)]);
    const opacities = new Set(pixels.map((pixel) => pixel[3]));
    if (outline) {
      expect(pixels.every(([r, g, b]) => r === 255 && g === 255 && b === 255)).toBe(true);
      expect(opacities.has(0) && opacities.has(255)).toBe(true);
    } else expect([...opacities]).toEqual([255]);
  });

  test.each([[{ appId: 'lifeboat' }, /TEAMS_APP_ID is not the app id/], [{ publicUrl: '' }, /PUBLIC_URL is not an address with https/], [{ publicUrl: 'http://lifeboat.example' }, /Teams takes no other/]])('%j is refused with what to do', (change, words) => {
    expect(() => teamsPackage({ ...options, ...change })).toThrow(words);
  });
});
