import type { Estate } from './core/estate.js';

/**
 * How the first person gets into a Lifeboat that nobody has signed in to: by the machine itself, since whoever starts it is trusted already.
 * null in simulated estates, where everybody is let in, and once anybody was.
 */
export function firstStartNotice(estate: Estate, { anybodyKnown, address }: { readonly anybodyKnown: boolean; readonly address: string }): string | null {
  if (estate.simulated || anybodyKnown) return null;
  const first = estate.people.find((person) => person.tenants === 'all' && person.roles.includes('operator')) ?? estate.people[0];
  if (!first) return null;
  return `Nobody has signed in to this Lifeboat yet. Its first operator is ${first.name} (${first.displayName}). On this machine, as the user that runs Lifeboat: lifeboat login-code ${first.name} web. Then enter the code at ${address}. See docs/people.md.`;
}
