import { redacted, redactText } from '../core/redact.js';
import type { Secrets } from '../ports/secrets.js';

/** Knows the secret values of this process and takes them out of any text, besides what looks like a secret. */
export function createSecrets(values: readonly string[], env: Readonly<Record<string, string | undefined>>): Secrets {
  const known = [...new Set(values)].filter((value) => value.length >= 4).toSorted((a, b) => b.length - a.length);
  return {
    get: (name) => env[name],
    redact: (text) => redactText(known.reduce((clean, value) => clean.replaceAll(value, redacted), text)),
  };
}
