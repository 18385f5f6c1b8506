const secretNames = 'password|passwd|passphrase|pwd|secret|token|api_?key|access_?key|private_?key';
/** `password=...`, also quoted, also in JSON; the value goes, the name stays. */
const assignment = new RegExp(`\\b([\\w.-]*(?:${secretNames}))["']?\\s*[=:]\\s*("[^"]*"|'[^']*'|\\S+)`, 'gi');
/** Shapes of credentials that people paste. */
const shapes = [/\b(Bearer\s+)[\w.~+/=-]{8,}()/gi, /\bxox[abprse]-[\w-]{6,}/g, /\bxapp-[\w-]{6,}/g, /\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*/g, /\bAKIA[0-9A-Z]{16}\b/g, /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s/?#]+(@)/gi];
/** Every one of them holds one of these; most texts none. */
const suspect = /[=:]|bearer|xox|xapp-|eyJ|AKIA|-----/i;
export const redacted = '[redacted]';

/** A text without secrets: safe for journal, log, message and report (invariant 49). A reference such as `password=env:NAME` is no secret, nor is `password=default`, which takes it away. */
export function redactText(text: string): string {
  if (!suspect.test(text)) return text;
  let clean = text;
  for (const shape of shapes) clean = clean.replace(shape, (...match) => (typeof match[1] === 'string' && typeof match[2] === 'string' ? `${match[1]}${redacted}${match[2]}` : redacted));
  return clean.replace(assignment, (whole, name: string, value: string) => (/^(env:\w+|default)$/.test(value) || value.startsWith(redacted) ? whole : `${name}=${redacted}`));
}

export const holdsSecret = (text: string): boolean => redactText(text) !== text;
