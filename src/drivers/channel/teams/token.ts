import { createRemoteJWKSet, decodeJwt, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import type { Millis } from '../../../core/names.js';
import type { Refusal } from './refusals.js';

export interface TokenCheckOptions { readonly appId: string; readonly issuer: string; readonly metadataUrl: string; readonly now: () => Millis }

/** @returns null when the token is the issuer's, for us, in time, and given for this serviceUrl. */
export type TokenCheck = (authorization: string | undefined, serviceUrl: string) => Promise<Refusal | null>;

const skewMaxS = 300;
const patienceMs: Millis = 2_000;
const askedAgainMs: Millis = 5_000;
const keysKeptMs: Millis = 24 * 60 * 60_000;
const Metadata = z.object({ jwks_uri: z.url() });

/**
 * Decides before botbuilder sees a request: it waits for an issuer that is away without end, and writes to the process's own error output about each bad token.
 * What can be told from the token alone is told without asking anybody.
 */
export function createTokenCheck({ appId, issuer, metadataUrl, now }: TokenCheckOptions): TokenCheck {
  let keys: JWTVerifyGetKey | null = null;
  let failedAt: Millis = -Infinity;

  async function keysOfIssuer(): Promise<JWTVerifyGetKey> {
    if (keys) return keys;
    if (now() - failedAt < askedAgainMs) throw new Error('The issuer did not answer a moment ago.');
    try {
      const response = await fetch(metadataUrl, { signal: AbortSignal.timeout(patienceMs) });
      keys = createRemoteJWKSet(new URL(Metadata.parse(await response.json()).jwks_uri), { timeoutDuration: patienceMs, cacheMaxAge: keysKeptMs });
      return keys;
    } catch (error) {
      failedAt = now();
      throw error;
    }
  }

  return async (authorization, serviceUrl) => {
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(authorization ?? '')?.[1];
    if (token === undefined) return authorization === undefined ? 'no-token' : 'not-a-token';
    let said: JWTPayload;
    try { said = decodeJwt(token); } catch { return 'not-a-token'; }
    if (said.iss !== issuer) return 'issuer';
    if (said.aud !== appId) return 'audience';
    if (said.serviceurl !== serviceUrl) return 'service-url-claim';
    try {
      await jwtVerify(token, await keysOfIssuer(), { issuer, audience: appId, algorithms: ['RS256', 'RS384', 'RS512'], clockTolerance: skewMaxS, currentDate: new Date(now()), requiredClaims: ['exp', 'nbf'] });
      return null;
    } catch (error) {
      return meaningOf(error);
    }
  };
}

function meaningOf(error: unknown): Refusal {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) return error.claim === 'nbf' ? 'not-yet-valid' : 'not-a-token';
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JOSEAlgNotAllowed) return 'signature';
  if (error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid || error instanceof errors.JOSENotSupported) return 'not-a-token';
  return 'issuer-away';
}
