import type { Millis, PersonName } from './names.js';

/** A key of a person's device (WebAuthn) by which the person confirms a grave decision. Its public half is no secret. */
export interface Passkey {
  /** The device's own id of the key, base64url. */
  readonly id: string;
  readonly person: PersonName;
  /** What the person calls it. */
  readonly name: string;
  /** COSE, base64url. */
  readonly publicKey: string;
  /** How the browser may reach it: `usb`, `internal`, `hybrid`, ... */
  readonly transports: readonly string[];
  readonly addedAt: Millis;
}
