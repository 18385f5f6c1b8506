import type { Operation } from '../core/plan.js';

/** What `{name}` may stand for in a runbook's texts and parameters. */
export const placeholderNames = ['tenant', 'from', 'to', 'vm', 'host', 'host_group'] as const;
export type Placeholders = Partial<Record<(typeof placeholderNames)[number], string>>;

export const placeholdersOf = (text: string): string[] => [...text.matchAll(/\{([^{}]*)\}/g)].map((found) => found[1]!);
export const ofOperation = ({ tenant, from, to }: Operation): Placeholders => ({ tenant, from, to });

/** A name that is not known stays as it is written: the linter has refused it before. */
export const fill = (text: string, known: Placeholders): string => text.replace(/\{([^{}]*)\}/g, (whole, name: string) => known[name as keyof Placeholders] ?? whole);
