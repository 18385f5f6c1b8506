import type { Millis, Surface } from './names.js';

/** A message whose arrival a receipt can prove, as far as that matters here. */
export interface Provable {
  readonly surface: Surface;
  /** Who, or which conversation. */
  readonly to: string;
  /** When it was handed over. */
  readonly sentAt: Millis;
  /** Null: nothing proves it yet. */
  readonly deliveredAt: Millis | null;
  /** It is a call of an escalation chain for a critical incident. */
  readonly call: boolean;
}

/** A way by which messages stay unproven. `to: null`: it is the surface as a whole. */
export interface Unproven { readonly surface: Surface; readonly to: string | null; readonly count: number; readonly since: Millis; readonly call: boolean }

/** A phone that is on reports within seconds; who has to decide within a quarter of an hour must not wait for one that is off. */
export const proofAfterMs: Millis = 180_000;
/** So many within that time, with no proof after them, are no accident. */
export const unprovenMax = 3;
export const unprovenWithinMs: Millis = 1_800_000;

/** `sms`, `sms/ana`. */
export const wayOf = (surface: Surface, to: string | null): string => (to === null ? surface : `${surface}/${to}`);

/**
 * The ways by which three messages or more, handed over within half an hour, stayed unproven for three minutes, and none was proven since. Where several people miss theirs and nobody's was proven, it is
 * the surface: one word for all of them. Pure.
 */
export function unprovenWays(messages: readonly Provable[], now: Millis): Unproven[] {
  const recent = messages.filter(({ sentAt, deliveredAt }) => deliveredAt === null && sentAt <= now - proofAfterMs && sentAt > now - proofAfterMs - unprovenWithinMs);
  const find = (surface: Surface, to: string | null): Unproven[] => {
    const fits = (each: Provable): boolean => each.surface === surface && (to === null || each.to === to);
    const proven = lastProof(messages, surface, to);
    const missing = recent.filter((each) => fits(each) && (proven === null || each.sentAt > proven));
    if (missing.length < unprovenMax || (to === null && new Set(missing.map((each) => each.to)).size < 2)) return [];
    return [{ surface, to, count: missing.length, since: Math.min(...missing.map(({ sentAt }) => sentAt)), call: missing.some(({ call }) => call) }];
  };
  return [...new Set(recent.map(({ surface }) => surface))].flatMap((surface) => {
    const whole = find(surface, null);
    return whole.length > 0 ? whole : [...new Set(recent.filter((each) => each.surface === surface).map(({ to }) => to))].flatMap((to) => find(surface, to));
  });
}

/** When a message by that way was proven last; null: none of these was. */
export function lastProof(messages: readonly Provable[], surface: Surface, to: string | null): Millis | null {
  const proofs = messages.flatMap((each) => (each.surface === surface && (to === null || each.to === to) && each.deliveredAt !== null ? [each.deliveredAt] : []));
  return proofs.length === 0 ? null : Math.max(...proofs);
}
