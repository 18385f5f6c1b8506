import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Seals text for a store: whoever reads the database alone reads no token. */
export interface Seal { close(text: string): string; /** Null: it was sealed with another secret, or was changed. */ open(sealed: string): string | null }

/** AES-256-GCM under a key of its own out of the secret; with another secret what was kept cannot be read any more. */
export function createSeal(secret: string): Seal {
  const key = Buffer.from(hkdfSync('sha256', secret, 'lifeboat', 'slack installations', 32));
  return {
    close(text) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return [nonce, cipher.getAuthTag(), body].map((part) => part.toString('base64url')).join('.');
    },
    open(sealed) {
      const [nonce, tag, body] = sealed.split('.').map((part) => Buffer.from(part, 'base64url'));
      if (nonce?.length !== 12 || tag?.length !== 16 || body === undefined) return null;
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAuthTag(tag);
        return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
      } catch {
        return null;
      }
    },
  };
}
