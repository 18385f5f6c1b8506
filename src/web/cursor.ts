import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** How far a page has read: the journal's `seq` and the conversations' change number. */
export interface Place { readonly seq: number; readonly change: number }

/**
 * Event ids of the stream. Sealed, because a bare `seq` would count for one tenant what the others do. The key lives as long as the
 * process: a page that comes back with a cursor of an earlier one simply loads everything anew.
 */
export interface Cursors {
  seal(place: Place): string;
  /** null: not one of ours. */
  open(cursor: string): Place | null;
}

export function createCursors(): Cursors {
  const key = randomBytes(32);
  return {
    seal({ seq, change }) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      const sealed = Buffer.concat([cipher.update(`${seq} ${change}`.padEnd(32)), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
    },
    open(cursor) {
      try {
        const bytes = Buffer.from(cursor, 'base64url');
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 });
        decipher.setAuthTag(bytes.subarray(12, 28));
        const [seq, change] = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString().trim().split(' ').map(Number);
        return seq === undefined || change === undefined ? null : { seq, change };
      } catch {
        return null;
      }
    },
  };
}
