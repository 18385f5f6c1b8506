import { fine, notice, wrong, type Diagnosis } from '../core/diagnosis.js';

const patienceMs = 5_000;
const name = 'public address';
const isLoopback = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || host.startsWith('127.');

/** What `fetch` does, as far as it is needed here. */
export type Ask = (url: string, options: { readonly signal: AbortSignal; readonly redirect: 'manual' }) => Promise<{ readonly status: number; text(): Promise<string> }>;
export interface PublicUrlSettings { readonly publicUrl: string | null; readonly trustedProxies: readonly string[] }

/** PUBLIC_URL: TLS, a name that resolves, a certificate that holds, and a Lifeboat that answers behind it; and whether guesses at codes are told apart by who makes them. */
export async function diagnosePublicUrl({ publicUrl, trustedProxies }: PublicUrlSettings, ask: Ask = fetch): Promise<Diagnosis[]> {
  if (publicUrl === null) return [fine(name, 'PUBLIC_URL is unset: the console is for this machine alone')];
  const { protocol, hostname } = new URL(publicUrl);
  if (isLoopback(hostname)) return [notice(name, `PUBLIC_URL=${publicUrl} is this machine: links in messages lead nowhere for anybody else.`, 'Set it to the address that people use, https://..., or unset it.')];
  if (protocol !== 'https:') return [wrong(name, `PUBLIC_URL=${publicUrl} has no TLS: one-time codes, sessions and decisions can be read and changed on the way.`, 'Put a proxy with TLS in front (docs/operation.md, "Behind a proxy"), and write https://.')];
  return [await reached(publicUrl, ask), proxies(trustedProxies)];
}

async function reached(publicUrl: string, ask: Ask): Promise<Diagnosis> {
  const url = new URL('/healthz', publicUrl).href;
  try {
    const answer = await ask(url, { signal: AbortSignal.timeout(patienceMs), redirect: 'manual' });
    if (answer.status === 200 && (await answer.text()).replaceAll(/\s/g, '') === '{"ok":true}') return fine(name, `a Lifeboat answers at ${publicUrl}`);
    return wrong(name, `${url} answers with ${answer.status}, and it is not a Lifeboat that answers.`, 'Look where the proxy sends requests, and whether it asks for a login of its own: /healthz must come through.');
  } catch (error) {
    const { code, message } = ((error as Error).cause ?? error) as { code?: string; message: string };
    if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return wrong(name, `The name ${new URL(publicUrl).hostname} does not resolve from here (${code}).`, 'Correct PUBLIC_URL, or add the name to DNS.');
    if (code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO|ALTNAME|TLS|SSL/.test(code)) return wrong(name, `The certificate of ${publicUrl} does not hold (${code}): browsers warn, and chat platforms refuse to call.`, 'Renew it, or serve the whole chain of certificates. Where an authority of your own signed it: NODE_EXTRA_CA_CERTS=FILE.');
    // Some networks let nobody out and in again: people may reach it all the same.
    return notice(name, `Nothing answers at ${url} from this machine (${code ?? message}).`, 'Open it in a browser elsewhere. If it does not open there either, look at the proxy and the firewall.');
  }
}

function proxies(trusted: readonly string[]): Diagnosis {
  if (trusted.length > 0) return fine('proxy', `X-Forwarded-For is believed from ${trusted.join(', ')}`);
  return notice('proxy', 'TRUSTED_PROXIES is unset: behind a proxy everybody has its address, so ten wrong codes of one person lock all out for a minute.', 'Set TRUSTED_PROXIES to the proxy\'s address, such as 127.0.0.1, if it sets X-Forwarded-For itself.');
}
