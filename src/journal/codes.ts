import { createHash, randomBytes, randomInt } from 'node:crypto';

/** Without letters and digits that people take for one another. */
const alphabet = 'ABCDEFGHJKMNPQRSTVWXYZ23456789';
const codeLength = 8;

export const newCode = (): string => Array.from({ length: codeLength }, () => alphabet[randomInt(alphabet.length)]).join('');

/** Only this is stored. Case, spaces and dashes as people type them make no difference. */
export const codeHash = (purpose: string, code: string): string => createHash('sha256').update(JSON.stringify([purpose, code.toUpperCase().replaceAll(/[\s-]/g, '')])).digest('hex');

/** Says nothing about what the button does. */
export const newButtonId = (): string => randomBytes(16).toString('base64url');
