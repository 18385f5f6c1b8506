import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload } from 'jose';

export const appId = '5f1c5a52-9f7e-4f0e-8d6c-000000000001';
export const appPassword = 'test-client-secret';
export const tenantId = '11111111-2222-4333-8444-555555555555';

export interface Issuer {
  readonly url: string;
  readonly metadataUrl: string;
  /** A token as Teams sends one, with whatever is changed. */
  token(claims: { readonly serviceurl: string } & JWTPayload, options?: { readonly foreignKey?: boolean; readonly endorsements?: 'none'; readonly omit?: string }): Promise<string>;
  /** How often somebody asked for a token of their own, and with which secret. */
  readonly asked: string[];
  /** null: grants them. */
  refuse: string | null;
  close(): Promise<void>;
}

/** A token issuer that others wrote (oauth2-mock-server): it signs what Teams would sign, and gives the bot its own token. */
export async function startIssuer(): Promise<Issuer> {
  const { OAuth2Server } = await import('oauth2-mock-server');
  const server = new OAuth2Server(undefined, undefined, { endpoints: { token: `/${tenantId}/oauth2/v2.0/token` } });
  const addKey = async (kid: string, endorsements: readonly string[]): Promise<void> => { await server.issuer.keys.add({ ...(await exportJWK((await generateKeyPair('RS256', { extractable: true })).privateKey)), kid, alg: 'RS256', use: 'sig', endorsements }); };
  await addKey('teams', ['msteams', 'webchat']);
  await addKey('others', ['webchat']);
  const foreign = await generateKeyPair('RS256', { extractable: true });
  await server.start(0, '127.0.0.1');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.issuer.url = url;
  const asked: string[] = [];
  const issuer: Issuer = {
    url, metadataUrl: `${url}/.well-known/openid-configuration`, asked, refuse: null,
    async token(claims, { foreignKey = false, endorsements, omit } = {}) {
      const scopesOrTransform = (_header: object, payload: Record<string, unknown>): void => {
        Object.assign(payload, { iss: url, aud: appId, ...claims });
        if (omit !== undefined) delete payload[omit];
      };
      if (!foreignKey) return server.issuer.buildToken({ kid: endorsements === 'none' ? 'others' : 'teams', scopesOrTransform, expiresIn: 3600 });
      const { SignJWT } = await import('jose');
      return new SignJWT({ iss: url, aud: appId, nbf: 1, exp: 4_000_000_000, ...claims }).setProtectedHeader({ alg: 'RS256', kid: 'teams', typ: 'JWT' }).sign(foreign.privateKey);
    },
    close: () => server.stop(),
  };
  server.service.on('beforeResponse', (response: { statusCode: number; body: object }, request: { body: Record<string, string> }) => {
    asked.push(`${request.body.client_id} ${request.body.client_secret} ${request.body.scope}`);
    if (issuer.refuse !== null) Object.assign(response, { statusCode: 401, body: { error: issuer.refuse } });
  });
  return issuer;
}
