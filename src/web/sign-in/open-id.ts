import { AuthorizationResponseError, ClientError, ClientSecretBasic, ResponseBodyError, allowInsecureRequests, authorizationCodeGrant, buildAuthorizationUrl, calculatePKCECodeChallenge, discovery, enableNonRepudiationChecks, randomNonce, randomPKCECodeVerifier, randomState, type Configuration } from 'openid-client';
import type { OpenIdSettings } from '../deps.js';
import { WebProblem } from '../problem.js';

/** What ties an answer of the issuer to the question: kept here, never sent to the browser in one piece. */
export interface Checks { readonly state: string; readonly nonce: string; readonly verifier: string }

/** Signing in by OpenID Connect: authorization code flow with PKCE, state and nonce. */
export interface OpenId {
  readonly issuer: string;
  /** Where to send the browser. @throws WebProblem when the issuer does not answer */
  begin(redirectUri: string): Promise<{ readonly url: string; readonly checks: Checks }>;
  /** The proven identity, `ISSUER#CLAIM`. `search`: the query with which the browser came back. @throws WebProblem */
  finish(redirectUri: string, search: string, checks: Checks): Promise<string>;
}

const answerWithinSeconds = 8;
const byCode = 'Or sign in with a one-time code. On the machine that runs Lifeboat:';
const loginCode = 'lifeboat login-code NAME web';

export function createOpenId({ issuer, clientId, clientSecret, claim }: OpenIdSettings): OpenId {
  let found: Configuration | null = null;
  /** Asked for when somebody wants to sign in: an issuer that is away at the start keeps Lifeboat from nothing. */
  const configuration = async (): Promise<Configuration> => {
    // The signature, too: TLS proves the issuer only as long as nobody stands between who may read it, such as a company's proxy.
    const extensions = [enableNonRepudiationChecks, ...(new URL(issuer).protocol === 'http:' ? [allowInsecureRequests] : [])];
    found ??= await discovery(new URL(issuer), clientId, undefined, ClientSecretBasic(clientSecret), { timeout: answerWithinSeconds, execute: extensions }).catch((error: unknown) => { throw issuerAway(issuer, error); });
    found.timeout = answerWithinSeconds;
    return found;
  };
  return {
    issuer,
    async begin(redirectUri) {
      const config = await configuration();
      const checks = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
      const url = buildAuthorizationUrl(config, {
        redirect_uri: redirectUri, scope: claim === 'sub' ? 'openid' : 'openid profile email', state: checks.state, nonce: checks.nonce,
        code_challenge: await calculatePKCECodeChallenge(checks.verifier), code_challenge_method: 'S256',
      });
      return { url: url.href, checks };
    },
    async finish(redirectUri, search, checks) {
      const config = await configuration();
      const cameBack = new URL(redirectUri);
      cameBack.search = search;
      const tokens = await authorizationCodeGrant(config, cameBack, { expectedState: checks.state, expectedNonce: checks.nonce, pkceCodeVerifier: checks.verifier, idTokenExpected: true })
        .catch((error: unknown) => { throw notProven(issuer, error); });
      const value = tokens.claims()?.[claim];
      if (typeof value !== 'string' || value === '') throw new WebProblem(502, 'claim-missing', `${issuer} signed you in, but its token names no '${claim}', by which Lifeboat knows people. Nobody was signed in.`, 'Whoever runs Lifeboat sets OIDC_CLAIM to a claim that the issuer puts into its ID tokens, or leaves it at sub.');
      return `${config.serverMetadata().issuer}#${value}`;
    },
  };
}

/** Empty where no answer came at all. */
const codeOf = (error: unknown): string => (error instanceof ClientError && error.code !== undefined && !['OAUTH_TIMEOUT', 'OAUTH_ABORT'].includes(error.code) ? error.code
  : error instanceof AuthorizationResponseError || error instanceof ResponseBodyError ? error.code : '');

function issuerAway(issuer: string, error: unknown): WebProblem {
  const why = codeOf(error) !== '' ? 'answers, but not as an OpenID Connect issuer of that name does' : 'does not answer';
  return new WebProblem(502, 'issuer-away', `${issuer} ${why}, so nobody can sign in that way at the moment. Runs, holds and people who are signed in go on.`, `Try again in a minute. ${byCode}`, loginCode);
}

/** What the issuer or its token said is for the log of the issuer: a token's content is nobody's business here. */
function notProven(issuer: string, error: unknown): WebProblem {
  const code = codeOf(error);
  if (code === 'OAUTH_AUTHORIZATION_RESPONSE_ERROR') return new WebProblem(403, 'issuer-refused', `${issuer} did not sign you in: it was cancelled there, or you may not use Lifeboat. Nobody was signed in.`, `Try again, or ask who keeps the accounts of ${issuer}. ${byCode}`, loginCode);
  if (code === 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED') return new WebProblem(502, 'issuer-clock', `The token of ${issuer} is over already or not valid yet: the clocks of Lifeboat and of the issuer differ by more than half a minute. Nobody was signed in.`, 'Set the clock of this machine right, then try again. It is checked by:', 'lifeboat doctor');
  if (code === '') return issuerAway(issuer, error);
  return new WebProblem(403, 'not-proven', `What came back from ${issuer} does not prove who you are (${code}), so nobody was signed in.`, `Start again from the console's own page. If it happens again, tell whoever runs Lifeboat: somebody may be tampering with the way to the issuer. ${byCode}`, loginCode);
}
