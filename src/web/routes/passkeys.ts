import { isIP } from 'node:net';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Millis } from '../../core/names.js';
import type { Acting, Identity } from '../acting.js';
import type { WebDeps } from '../deps.js';
import { WebProblem, notFound, read } from '../problem.js';
import { atConsole, recordOfPeople } from '../record.js';
import { stepUpLifeMs, type Sessions } from '../sessions.js';
import type { Passkeys, Site } from '../sign-in/passkeys.js';

const text = z.string().max(8_000);
/** What a browser makes of a passkey's answer (WebAuthn level 3, section 5.1); the library checks what is inside. */
const answer = { id: z.string().max(1_400), rawId: z.string().max(1_400), type: z.literal('public-key'), authenticatorAttachment: z.string().max(64).nullish(), clientExtensionResults: z.record(z.string(), z.unknown()) };
export const BeginPasskey = z.strictObject({ purpose: z.enum(['add', 'prove']) });
export const AddPasskey = z.strictObject({
  name: z.string().trim().min(1, 'give the passkey a name').max(40, 'a name has at most 40 characters'),
  response: z.strictObject({ ...answer, response: z.strictObject({ clientDataJSON: text, attestationObject: text, authenticatorData: text.optional(), transports: z.array(z.string().max(32)).max(10).optional(), publicKeyAlgorithm: z.number().optional(), publicKey: text.optional() }) }),
});
export const ProvePasskey = z.strictObject({ response: z.strictObject({ ...answer, response: z.strictObject({ clientDataJSON: text, authenticatorData: text, signature: text, userHandle: text.nullish() }) }) });
export const RemovePasskey = z.strictObject({ id: z.string().min(1).max(1_400) });

export interface PasskeysModel { readonly passkeys: readonly { readonly id: string; readonly name: string; readonly addedAt: Millis }[]; /** A passkey confirmed this session, and that still holds. */ readonly steppedUp: boolean; readonly stepUpLifeMs: Millis }

interface Parts { readonly deps: WebDeps; readonly identity: Identity; readonly sessions: Sessions; readonly passkeys: Passkeys }

/** Passkeys: the second proof for grave decisions, beside being signed in. */
export function passkeyRoutes(fastify: FastifyInstance, { deps, identity, sessions, passkeys }: Parts): void {
  const inSession = async (request: FastifyRequest): Promise<Acting & { readonly session: string }> => {
    const acting = await identity.ofConsole(request);
    if (acting.session === null) throw new WebProblem(400, 'no-session', 'A passkey confirms what a person does in a browser; a token has none.', 'Use the console.');
    return { ...acting, session: acting.session };
  };
  const fresh = ({ person, steppedUp }: Acting): void => {
    if (!steppedUp && passkeys.listOf(person.name).length > 0) throw new WebProblem(403, 'step-up', 'Passkeys are changed only after one of them confirmed it, so that nobody who finds your screen open adds another. Nothing was changed.', 'Choose "Confirm with a passkey", then repeat it. If they are all lost, on the machine that runs Lifeboat:', `lifeboat person forget-passkeys ${person.name}`);
  };

  fastify.get('/api/session/passkeys', async (request): Promise<PasskeysModel> => {
    const { person, steppedUp } = await identity.ofConsole(request);
    return { passkeys: passkeys.listOf(person.name).map(({ id, name, addedAt }) => ({ id, name, addedAt })), steppedUp, stepUpLifeMs };
  });

  fastify.post('/api/session/passkeys/begin', async (request) => {
    const { purpose } = read(BeginPasskey, request.body, 'body');
    const acting = await inSession(request);
    if (purpose === 'prove') return passkeys.beginProve(acting.session, acting.person.name, siteOf(request, deps.publicUrl));
    fresh(acting);
    return passkeys.beginAdd(acting.session, acting.person, siteOf(request, deps.publicUrl));
  });

  fastify.post('/api/session/passkeys/add', async (request) => {
    const { name, response } = read(AddPasskey, request.body, 'body');
    const acting = await inSession(request);
    fresh(acting);
    await passkeys.add(acting.session, acting.person, name, response as RegistrationResponseJSON, siteOf(request, deps.publicUrl));
    // Whoever made the key just now has shown it.
    await sessions.stepUp(acting.session);
    return { added: name };
  });

  fastify.post('/api/session/passkeys/prove', async (request) => {
    const { response } = read(ProvePasskey, request.body, 'body');
    const { session, person } = await inSession(request);
    await passkeys.prove(session, person.name, response as AuthenticationResponseJSON, siteOf(request, deps.publicUrl));
    await sessions.stepUp(session);
    return { steppedUp: true, stepUpLifeMs };
  });

  fastify.post('/api/session/passkeys/remove', async (request) => {
    const { id } = read(RemovePasskey, request.body, 'body');
    const acting = await inSession(request);
    const passkey = passkeys.listOf(acting.person.name).find((each) => each.id === id);
    if (!passkey) throw notFound('This passkey');
    fresh(acting);
    await recordOfPeople(deps, atConsole(acting.person.name), { type: 'passkey.removed', person: acting.person.name, id, name: passkey.name });
    return { removed: passkey.name };
  });
}

/** Passkeys belong to a name; an address has none. */
function siteOf(request: FastifyRequest, publicUrl: string | undefined): Site {
  const { protocol, hostname, host, origin } = new URL(publicUrl ?? `http://${request.headers.host ?? ''}`);
  if (isIP(hostname.replace(/^\[|\]$/g, '')) === 0 && (protocol === 'https:' || hostname === 'localhost')) return { id: hostname, origin };
  const port = host.slice(hostname.length);
  throw new WebProblem(409, 'no-name', 'Browsers bind passkeys to a name under TLS, or to localhost, and this console has neither here.', publicUrl === undefined ? `Open http://localhost${port} and do it there.` : 'Whoever runs Lifeboat sets PUBLIC_URL to an https address with a name.');
}
