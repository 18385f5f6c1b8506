import { createHash } from 'node:crypto';

/** Canonical JSON: keys sorted, so that equal values have equal text. JavaScript's own writer is several times as fast as any other, and keeps the order it finds. */
export function canonical(value: unknown): string {
  const sorted = ordered(value);
  return sorted === unorderable ? written(value) : JSON.stringify(sorted ?? null);
}

/** The same value with its keys in canonical order; null where JavaScript would not keep it. What is in order already is not copied. */
export function inKeyOrder<T extends object>(value: T): T | null {
  const sorted = ordered(value);
  return sorted === unorderable ? null : sorted as T;
}

const unorderable = Symbol('unorderable');
const lowerCaseA = 97;
/** Numbers JavaScript puts first, whatever order they were given; the other is no ordinary key at all. */
const outOfOrder = /^(0|[1-9][0-9]*|__proto__)$/;

function ordered(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) {
    const list = value as readonly unknown[];
    let copy: unknown[] | null = null;
    for (let n = 0; n < list.length; n++) {
      const each = ordered(list[n]);
      if (each === unorderable) return unorderable;
      if (each !== list[n]) (copy ??= [...list])[n] = each;
    }
    return copy ?? value;
  }
  const from = value as { readonly [key: string]: unknown };
  const keys = Object.keys(from);
  let inOrder = true;
  for (let n = 0; n < keys.length; n++) {
    if (keys[n]!.charCodeAt(0) < lowerCaseA && outOfOrder.test(keys[n]!)) return unorderable;
    if (n > 0 && keys[n]! < keys[n - 1]!) inOrder = false;
  }
  let copy: { [key: string]: unknown } | null = inOrder ? null : {};
  for (const key of inOrder ? keys : keys.toSorted((a, b) => (a < b ? -1 : 1))) {
    const each = ordered(from[key]);
    if (each === unorderable) return unorderable;
    if (each !== from[key]) copy ??= { ...from };
    if (copy) copy[key] = each;
  }
  return copy ?? value;
}

/** Key by key, where JavaScript would write them in an order of its own. */
function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, each]) => each !== undefined).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${written(each)}`).join(',')}}`;
  }
  return JSON.stringify(value ?? null);
}

/** Whether two values have the same canonical text, without writing it. */
export function sameCanonical(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return typeof (a ?? 0) !== 'object' && typeof (b ?? 0) !== 'object' && canonical(a) === canonical(b);
  if (Array.isArray(a) || Array.isArray(b)) return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((each, n) => sameCanonical(each, b[n]));
  const [one, other] = [a, b] as [{ readonly [key: string]: unknown }, { readonly [key: string]: unknown }];
  let more = 0;
  for (const key of Object.keys(one)) {
    if (one[key] === undefined) continue;
    if (!Object.hasOwn(other, key) || other[key] === undefined || !sameCanonical(one[key], other[key])) return false;
    more += 1;
  }
  for (const key of Object.keys(other)) if (other[key] !== undefined) more -= 1;
  return more === 0;
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
