import { generateAuthenticationOptions, generateRegistrationOptions, verifyAuthenticationResponse, verifyRegistrationResponse, type AuthenticationResponseJSON, type PublicKeyCredentialCreationOptionsJSON, type PublicKeyCredentialRequestOptionsJSON, type RegistrationResponseJSON } from '@simplewebauthn/server';
import type { Person } from '../../core/estate.js';
import type { Millis, PersonName } from '../../core/names.js';
import type { Passkey } from '../../core/passkey.js';
import type { WebDeps } from '../deps.js';
import { WebProblem } from '../problem.js';
import { atConsole, recordOfPeople } from '../record.js';

const challengeLifeMs: Millis = 120_000;
const passkeysMax = 10;

/** The name and the origin that a passkey is bound to: one of another site is worth nothing here, nor ours there. */
export interface Site { readonly id: string; readonly origin: string }

/** A person's passkeys, and challenges for them: each lives two minutes, counts once, and is bound to one session. */
export interface Passkeys {
  listOf(person: PersonName): Passkey[];
  beginAdd(session: string, person: Person, site: Site): Promise<PublicKeyCredentialCreationOptionsJSON>;
  /** @throws WebProblem */
  add(session: string, person: Person, name: string, response: RegistrationResponseJSON, site: Site): Promise<void>;
  beginProve(session: string, person: PersonName, site: Site): Promise<PublicKeyCredentialRequestOptionsJSON>;
  /** @throws WebProblem */
  prove(session: string, person: PersonName, response: AuthenticationResponseJSON, site: Site): Promise<void>;
}

export function createPasskeys(deps: Pick<WebDeps, 'live' | 'journal' | 'secrets' | 'signIns' | 'passkeyCounters' | 'once' | 'clock'>): Passkeys {
  const { live, signIns, passkeyCounters, once, clock } = deps;
  const listOf = (person: PersonName): Passkey[] => [...live.current.passkeys.values()].filter((passkey) => passkey.person === person);
  const keyOf = (session: string, purpose: 'add' | 'prove'): string => `challenge:${purpose}:${session}`;
  const keep = async (key: string, challenge: string): Promise<void> => { await signIns.set(key, { challenge, until: clock.now() + challengeLifeMs }, challengeLifeMs); };
  const take = async (key: string): Promise<string> => {
    const kept = (await signIns.get(key)) as { readonly challenge: string; readonly until: Millis } | undefined;
    if (!kept || clock.now() >= kept.until || !(await once.first(`challenge:${kept.challenge}`, challengeLifeMs))) throw new WebProblem(403, 'no-challenge', 'Nobody waits for an answer of a passkey here: it took longer than two minutes, or was used already. Nothing was confirmed.', 'Begin again in the console.');
    await signIns.delete(key);
    return kept.challenge;
  };
  const known = ({ id, transports }: Passkey): { id: string; transports: string[] } => ({ id, transports: [...transports] });

  return {
    listOf,
    async beginAdd(session, person, site) {
      const options = await generateRegistrationOptions({
        rpName: 'Lifeboat', rpID: site.id, userName: person.name, userDisplayName: person.displayName, userID: new TextEncoder().encode(person.name), timeout: challengeLifeMs,
        excludeCredentials: listOf(person.name).map(known), authenticatorSelection: { residentKey: 'discouraged', userVerification: 'required' },
      });
      await keep(keyOf(session, 'add'), options.challenge);
      return options;
    },
    async add(session, person, name, response, site) {
      if (listOf(person.name).length >= passkeysMax) throw new WebProblem(409, 'too-many-passkeys', `You have ${passkeysMax} passkeys already.`, 'Remove one that you do not use any more, then add this one.');
      if (listOf(person.name).some((passkey) => passkey.name === name)) throw new WebProblem(409, 'passkey-exists', `You have a passkey named ${name} already.`, 'Give this one another name.');
      const expectedChallenge = await take(keyOf(session, 'add'));
      const { registrationInfo } = await verifyRegistrationResponse({ response, expectedChallenge, expectedOrigin: site.origin, expectedRPID: site.id }).catch((error: unknown) => { throw refused(error); });
      if (!registrationInfo) throw refused(null);
      const { id, publicKey, counter } = registrationInfo.credential;
      if (live.current.passkeys.has(id)) throw new WebProblem(409, 'passkey-exists', 'This passkey is registered here already.', 'Use another device, or look at your passkeys.');
      await passkeyCounters.set(id, counter);
      await recordOfPeople(deps, atConsole(person.name), { type: 'passkey.added', person: person.name, id, name, publicKey: Buffer.from(publicKey).toString('base64url'), transports: response.response.transports ?? [] });
    },
    async beginProve(session, person, site) {
      const passkeys = listOf(person);
      if (passkeys.length === 0) throw new WebProblem(409, 'no-passkey', 'You have no passkey that could confirm this.', 'Add one in the console: "Passkeys …".');
      const options = await generateAuthenticationOptions({ rpID: site.id, allowCredentials: passkeys.map(known), userVerification: 'required', timeout: challengeLifeMs });
      await keep(keyOf(session, 'prove'), options.challenge);
      return options;
    },
    async prove(session, person, response, site) {
      const expectedChallenge = await take(keyOf(session, 'prove'));
      const passkey = listOf(person).find(({ id }) => id === response.id);
      if (!passkey) throw refused(null);
      const counter = (await passkeyCounters.get(passkey.id)) as number | undefined;
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        response, expectedChallenge, expectedOrigin: site.origin, expectedRPID: site.id,
        credential: { ...known(passkey), publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')), counter: counter ?? 0 },
      }).catch((error: unknown) => { throw refused(error); });
      if (!verified) throw refused(null);
      await passkeyCounters.set(passkey.id, authenticationInfo.newCounter);
    },
  };
}

/** A counter that went back means that there are two of the key. Everything else is told alike. */
function refused(error: unknown): WebProblem {
  if (error instanceof Error && /counter/i.test(error.message)) return new WebProblem(403, 'passkey-copied', 'The passkey counts lower than it did the last time, so somebody may hold a copy of it. Nothing was confirmed.', 'Do not use it any more. On the machine that runs Lifeboat, all passkeys of a person are removed by:', 'lifeboat person forget-passkeys NAME');
  return new WebProblem(403, 'passkey-refused', 'The answer of the passkey does not fit: another key, another site, or without PIN or fingerprint. Nothing was confirmed.', 'Try again with a passkey of your own, in the console.');
}
