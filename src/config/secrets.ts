import { redacted, redactText } from '../core/redact.js';
import type { Secrets } from '../ports/secrets.js';

/** Knows the secret values of this process and takes them out of any text, besides what looks like a secret. */
export function createSecrets(values: readonly string[], env: Readonly<Record<string, string | undefined>>): Secrets {
  let known: string[] = [];
  const learn = (more: readonly string[]): void => { known = [...new Set([...known, ...more])].filter((value) => value.length >= 4).toSorted((a, b) => b.length - a.length); };
  learn(values);
  return {
    // Whatever somebody asks for by name, such as an action of the estate, is a secret from then on.
    get(name) {
      const value = env[name];
      if (value !== undefined && !known.includes(value)) learn([value]);
      return value;
    },
    redact: (text) => redactText(known.reduce((clean, value) => clean.replaceAll(value, redacted), text)),
  };
}
