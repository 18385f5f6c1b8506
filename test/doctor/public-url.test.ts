import { describe, expect, test } from '@jest/globals';
import { diagnosePublicUrl, type Ask } from '../../src/doctor/public-url.js';

const answers = (status: number, text: string): Ask => async () => ({ status, text: async () => text });
const fails = (code: string): Ask => async () => { throw Object.assign(new Error('fetch failed'), { cause: Object.assign(new Error(code), { code }) }); };
const look = async (publicUrl: string | null, ask: Ask = answers(200, '{"ok":true}'), trustedProxies: string[] = ['127.0.0.1']) =>
  (await diagnosePublicUrl({ publicUrl, trustedProxies }, ask)).map(({ name, status, says, remedy }) => ({ name, status, words: `${says} ${remedy ?? ''}` }));

describe('the public address', () => {
  test('none is fine: the console is for this machine', async () => expect(await look(null)).toEqual([expect.objectContaining({ status: 'fine' })]));
  test('one behind which a Lifeboat answers is fine, and healthz is what is asked', async () => {
    const asked: string[] = [];
    const found = await look('https://lifeboat.example', async (url) => { asked.push(url); return { status: 200, text: async () => '{"ok":true}' }; });
    expect([asked, found.map(({ status }) => status)]).toEqual([['https://lifeboat.example/healthz'], ['fine', 'fine']]);
  });

  test.each<[string, string, Ask, string, RegExp]>([
    ['no TLS', 'http://lifeboat.example', answers(200, '{"ok":true}'), 'wrong', /no TLS.*https:/],
    ['another program', 'https://lifeboat.example', answers(200, '<html>'), 'wrong', /not a Lifeboat/],
    ['a login in front', 'https://lifeboat.example', answers(302, ''), 'wrong', /answers with 302/],
    ['a name that does not resolve', 'https://lifeboat.example', fails('ENOTFOUND'), 'wrong', /does not resolve.*DNS/],
    ['a certificate that has ended', 'https://lifeboat.example', fails('CERT_HAS_EXPIRED'), 'wrong', /certificate.*Renew/],
    ['an authority that nobody knows', 'https://lifeboat.example', fails('SELF_SIGNED_CERT_IN_CHAIN'), 'wrong', /NODE_EXTRA_CA_CERTS/],
    ['a network that lets nobody out and in again', 'https://lifeboat.example', fails('ECONNREFUSED'), 'note', /browser elsewhere/],
    ['this machine itself', 'http://localhost:3000', answers(200, '{"ok":true}'), 'note', /lead nowhere/],
  ])('%s is said, with what to do', async (_title, url, ask, status, words) => {
    expect((await look(url, ask))[0]).toEqual({ name: 'public address', status, words: expect.stringMatching(words) });
  });

  test('a proxy that is not trusted is worth a note', async () => {
    expect(await look('https://lifeboat.example', undefined, [])).toContainEqual(expect.objectContaining({ name: 'proxy', status: 'note' }));
  });
});
