import { describe, expect, test } from '@jest/globals';
import { diagnoseSignIn, type AskIssuer } from '../../src/doctor/sign-in.js';

const now = Date.UTC(2026, 2, 2, 14);
const issuer = 'https://login.example';
const metadata = { issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token` };
const answers = (body: unknown, { status = 200, aheadMs = 0 as number | null } = {}): AskIssuer => async () => ({ status, headers: { get: () => (aheadMs === null ? null : new Date(now + aheadMs).toUTCString()) }, json: async () => body });
const look = async (ask: AskIssuer, at: string | null = issuer) => {
  const { status, says, remedy } = await diagnoseSignIn({ openId: at === null ? null : { issuer: at } }, () => now, ask);
  return { status, words: `${says} ${remedy ?? ''}` };
};

describe('the issuer of sign-ins', () => {
  test('none is fine: codes do', async () => expect(await look(answers(null), null)).toMatchObject({ status: 'fine' }));
  test('one that answers is fine, at the address where issuers describe themselves', async () => {
    const asked: string[] = [];
    expect(await look(async (url, options) => { asked.push(url); return answers(metadata)(url, options); })).toMatchObject({ status: 'fine' });
    expect(asked).toEqual(['https://login.example/.well-known/openid-configuration']);
  });
  test('without a Date header, or half a minute off, it is fine as well', async () => {
    expect([await look(answers(metadata, { aheadMs: null })), await look(answers(metadata, { aheadMs: 30_000 }))]).toMatchObject([{ status: 'fine' }, { status: 'fine' }]);
  });
  test.each<[string, AskIssuer, RegExp]>([
    ['something else at that address', answers({ hello: 1 }), /not as an OpenID Connect issuer.*Correct OIDC_ISSUER/],
    ['no such page', answers(metadata, { status: 404 }), /answers with 404/],
    ['another name', answers({ ...metadata, issuer: 'https://other.example' }), /calls itself https:\/\/other\.example.*OIDC_ISSUER=https:\/\/other\.example/],
    ['a clock ten minutes ahead', answers(metadata, { aheadMs: 600_000 }), /600 s ahead of ours/],
    ['a clock ten minutes behind', answers(metadata, { aheadMs: -600_000 }), /600 s behind ours/],
    ['no answer', async () => { throw Object.assign(new Error('fetch failed'), { cause: Object.assign(new Error('no'), { code: 'ECONNREFUSED' }) }); }, /ECONNREFUSED.*lifeboat login-code NAME web/],
    ['an answer that is no JSON', async () => ({ status: 200, headers: { get: () => null }, json: async () => { throw new SyntaxError('Unexpected token'); } }), /Unexpected token/],
  ])('%s is wrong, with what to do', async (_title, ask, words) => expect(await look(ask)).toEqual({ status: 'wrong', words: expect.stringMatching(words) }));
});
