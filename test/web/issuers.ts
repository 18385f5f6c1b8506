import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';

export const client = { clientId: 'lifeboat', clientSecret: 'a-secret-of-the-test' };

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', () => { resolve(); }); });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const closed = (server: Server): Promise<void> => new Promise((resolve) => { server.close(() => { resolve(); }); server.closeAllConnections(); });

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const address = await listening(server);
  await closed(server);
  return Number(new URL(address).port);
}

export interface Issuer { readonly issuer: string; close(): Promise<void> }

/** A third party's OpenID Connect issuer on loopback; whoever logs in there as `NAME` has the subject `NAME`. */
export async function startIssuer(redirectUri: string): Promise<Issuer> {
  let provider: Provider | null = null;
  const server = createServer((request, response) => { void provider!.callback()(request, response); });
  const issuer = await listening(server);
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  provider = new Provider(issuer, {
    clients: [{ client_id: client.clientId, client_secret: client.clientSecret, redirect_uris: [redirectUri], response_types: ['code'], grant_types: ['authorization_code'] }],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig' }] },
    cookies: { keys: ['a-key-of-the-test'] },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  });
  return { issuer, close: () => closed(server) };
}

/** An issuer of the test's own, whose ID token says what `claims` makes of a good one. `ownKey: false`: signed with a key that it does not publish. */
export async function startLiar(claims: (good: Record<string, unknown>) => Record<string, unknown>, { ownKey = true } = {}): Promise<Issuer> {
  const other = await generateKeyPair('RS256');
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  let nonce = '';
  let issuer = '';
  const server = createServer((request, response) => {
    const url = new URL(request.url!, issuer);
    const json = (body: object): void => { response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body)); };
    if (url.pathname === '/.well-known/openid-configuration') json({ issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks`, response_types_supported: ['code'], id_token_signing_alg_values_supported: ['RS256'] });
    else if (url.pathname === '/jwks') void exportJWK(publicKey).then((key) => { json({ keys: [{ ...key, alg: 'RS256', use: 'sig' }] }); });
    else if (url.pathname === '/auth') {
      nonce = url.searchParams.get('nonce')!;
      const back = new URL(url.searchParams.get('redirect_uri')!);
      back.search = new URLSearchParams({ code: 'a-code', state: url.searchParams.get('state')! }).toString();
      response.writeHead(303, { location: back.href }).end();
    } else {
      const now = Math.floor(Date.now() / 1000);
      void new SignJWT(claims({ iss: issuer, aud: client.clientId, sub: 'ana', nonce, iat: now, exp: now + 60 })).setProtectedHeader({ alg: 'RS256' }).sign(ownKey ? privateKey : other.privateKey)
        .then((idToken) => { json({ access_token: 'an-access-token', token_type: 'Bearer', id_token: idToken }); });
    }
  });
  issuer = await listening(server);
  return { issuer, close: () => closed(server) };
}
