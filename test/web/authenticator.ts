import { createHash, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { AuthenticationResponseJSON, PublicKeyCredentialCreationOptionsJSON, PublicKeyCredentialRequestOptionsJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { isoCBOR } from '@simplewebauthn/server/helpers';

const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();
const userPresent = 0x01;
const userVerified = 0x04;
const withKey = 0x40;

/** A passkey in software (ES256, no attestation) with the browser around it: `origin` is the page that asks it. */
export function createAuthenticator(origin: string, { verifies = true } = {}) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y } = publicKey.export({ format: 'jwk' }) as { x: string; y: string };
  const id = randomBytes(32);
  let count = 0;
  const clientData = (type: string, challenge: string, asked: string): Buffer => Buffer.from(JSON.stringify({ type, challenge, origin: asked, crossOrigin: false }));
  const head = (rpId: string, flags: number): Buffer => {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(count);
    return Buffer.concat([sha256(rpId), Buffer.from([flags | userPresent | (verifies ? userVerified : 0)]), counter]);
  };
  const common = { id: id.toString('base64url'), rawId: id.toString('base64url'), type: 'public-key' as const, clientExtensionResults: {} };
  return {
    id: common.id,
    /** A copy of the key would count on its own. */
    countFrom(at: number): void { count = at; },
    create({ challenge, rp }: PublicKeyCredentialCreationOptionsJSON, asked = origin): RegistrationResponseJSON {
      const cose = isoCBOR.encode(new Map<number, number | Uint8Array>([[1, 2], [3, -7], [-1, 1], [-2, Buffer.from(x, 'base64url')], [-3, Buffer.from(y, 'base64url')]]));
      const authData = Buffer.concat([head(rp.id!, withKey), Buffer.alloc(16), Buffer.from([0, id.length]), id, cose]);
      const attestation = isoCBOR.encode(new Map<string, string | Map<string, string> | Uint8Array>([['fmt', 'none'], ['attStmt', new Map<string, string>()], ['authData', new Uint8Array(authData)]]));
      return { ...common, response: { clientDataJSON: clientData('webauthn.create', challenge, asked).toString('base64url'), attestationObject: Buffer.from(attestation).toString('base64url'), transports: ['internal'] } };
    },
    get({ challenge, rpId }: PublicKeyCredentialRequestOptionsJSON, asked = origin): AuthenticationResponseJSON {
      count += 1;
      const [data, authenticatorData] = [clientData('webauthn.get', challenge, asked), head(rpId!, 0)];
      const signature = createSign('sha256').update(Buffer.concat([authenticatorData, sha256(data)])).sign(privateKey);
      return { ...common, response: { clientDataJSON: data.toString('base64url'), authenticatorData: authenticatorData.toString('base64url'), signature: signature.toString('base64url') } };
    },
  };
}
export type Authenticator = ReturnType<typeof createAuthenticator>;
