import { z } from 'zod';
import { fine, wrong, type Diagnosis } from '../core/diagnosis.js';

const patienceMs = 5_000;
/** openid-client forgives half a minute. */
const skewMaxMs = 30_000;
const name = 'sign-in';
const Metadata = z.object({ issuer: z.string(), authorization_endpoint: z.string(), token_endpoint: z.string() });

export interface SignInSettings { readonly openId: { readonly issuer: string } | null }
/** What `fetch` does, as far as it is needed here. */
export type AskIssuer = (url: string, options: { readonly signal: AbortSignal }) => Promise<{ readonly status: number; readonly headers: { get(name: string): string | null }; json(): Promise<unknown> }>;

/** OIDC_ISSUER: it answers, is the issuer of that name, and its clock agrees with ours. Whether it takes our client secret shows only when somebody signs in. */
export async function diagnoseSignIn({ openId }: SignInSettings, now: () => number, ask: AskIssuer = fetch): Promise<Diagnosis> {
  if (openId === null) return fine(name, 'OIDC_ISSUER is unset: people sign in to the console by one-time codes');
  const { issuer } = openId;
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  try {
    const answer = await ask(url, { signal: AbortSignal.timeout(patienceMs) });
    const metadata = Metadata.safeParse(answer.status === 200 ? await answer.json() : null);
    if (!metadata.success) return wrong(name, `${url} answers with ${answer.status}, and not as an OpenID Connect issuer does: nobody can sign in that way.`, 'Correct OIDC_ISSUER. Until then: lifeboat login-code NAME web');
    if (new URL(metadata.data.issuer).href !== new URL(issuer).href) return wrong(name, `The issuer at ${issuer} calls itself ${metadata.data.issuer}, so its tokens are refused.`, `Set OIDC_ISSUER=${metadata.data.issuer}`);
    const skewMs = Date.parse(answer.headers.get('date') ?? '') - now();
    if (Math.abs(skewMs) > skewMaxMs) return wrong(name, `The clock of ${issuer} is ${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs > 0 ? 'ahead of' : 'behind'} ours: its tokens look over, or not valid yet, and nobody can sign in that way.`, 'Set the clock of this machine by NTP, or tell who runs the issuer.');
    return fine(name, `${issuer} answers`);
  } catch (error) {
    const { code, message } = ((error as Error).cause ?? error) as { code?: string; message: string };
    return wrong(name, `${issuer} does not answer as it should (${code ?? message}): nobody can sign in that way. Codes work, and who is signed in stays so.`, 'Look at the link to it. Until then: lifeboat login-code NAME web');
  }
}
