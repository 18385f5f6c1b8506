import { refusal, type Answer } from '../../core/answer.js';
import { readValue } from '../../core/attribute-form.js';
import { attributeNamed, attributesOf, refusedNamed, type AttributeEntity } from '../../core/attributes.js';
import type { Snapshot } from '../../core/draft.js';
import { sees, type Estate, type Person, type Site, type Tenant } from '../../core/estate.js';
import { listed } from '../../core/listed.js';
import type { Millis, TenantName } from '../../core/names.js';
import { didYouMean } from '../../core/nearest.js';
import { misread, which } from '../corrected.js';
import type { ParsedCommand } from '../grammar.js';

/** What a configuration command works on. `estate` has clusters under construction in it, `inUse` has not. */
export interface Work { readonly estate: Estate; readonly inUse: Estate; readonly person: Person; readonly command: ParsedCommand; readonly snapshots: ReadonlyMap<string, Snapshot>; readonly now: Millis }
/** The estate as it would be, not yet looked at as a whole. `tenant`: whose cluster it is about. */
export type Outcome = { readonly ok: true; readonly estate: Estate; readonly tenant: TenantName | null; readonly notes: readonly string[] } | { readonly ok: false; readonly answer: Answer };
export type Configure = (work: Work) => Outcome;

export const done = (estate: Estate, tenant: TenantName | null, ...notes: string[]): Outcome => ({ ok: true, estate, tenant, notes });
/** 2: there is no such thing. 3: something is missing. 4: something is wrong. */
export const refused = (status: 1 | 2 | 3 | 4, code: string, what: string, next: string, command: string | null = null): { readonly ok: false; readonly answer: Answer } => ({ ok: false, answer: refusal(status, code, what, next, command) });

/** The command as it was typed, as far as it goes: for what somebody sends next. */
export const typed = ({ action, class: kind, name, word, attributes }: ParsedCommand, more = ''): string => [action, kind ?? '', name ?? '', word ?? '', ...[...attributes].map(([key, value]) => `${key}=${/\s/.test(value) ? `"${value}"` : value}`), more].filter((each) => each !== '').join(' ');

export type Values = { readonly [key: string]: unknown };
type ReadResult = { readonly ok: true; readonly values: Values } | { readonly ok: false; readonly answer: Answer };

/** Attributes of an entity by the table, each of its form; `default` takes back what was set. `besides`: what the command itself reads. */
export function readAttributes(command: ParsedCommand, entity: AttributeEntity, { besides = [], making = false }: { readonly besides?: readonly string[]; readonly making?: boolean } = {}): ReadResult {
  const extra = [...besides, 'tenant', 'dry_run'];
  const values: { [key: string]: unknown } = {};
  for (const [key, text] of command.attributes) {
    if (extra.includes(key)) continue;
    const attribute = attributeNamed(entity, key);
    if (!attribute) {
      const never = refusedNamed(key, entity);
      if (never) return refused(4, 'not-taken', `${key} is not taken. ${never.why}`, never.instead);
      const known = [...besides, ...attributesOf(entity).map(({ name }) => name)];
      return { ok: false, answer: misread(command, 4, 'unknown-attribute', `${entity} has no attribute '${key}'.`, key, known, `It takes ${known.join(', ')}.`, `help ${command.action} ${command.class}`) };
    }
    if (attribute.once && !making) return refused(4, 'fixed', `${attribute.name} of ${command.name} cannot be changed: with another one it would be another ${entity}.`, 'Delete it and add it anew.', `delete ${command.class} ${command.name}`);
    if (text === 'default' && attribute.default !== '') { values[attribute.key] = attribute.otherwise; continue; }
    const read = readValue(attribute.form, text);
    if (!read.ok) return refused(4, 'value', `${attribute.name}=${attribute.form.kind === 'secret' ? '...' : text}: ${read.why}`, attribute.default === '' ? 'Nothing was changed. Correct the value.' : `Nothing was changed. Correct the value; ${attribute.name}=default takes back what was set (${attribute.default}).`);
    if (read.value === undefined && attribute.default === '') return refused(4, 'value', `${attribute.name} must have at least one entry.`, 'Nothing was changed. Name what shall stay.');
    values[attribute.key] = read.value ?? attribute.otherwise;
  }
  return { ok: true, values };
}

/** With the values; what is undefined is taken out, so that its default holds. */
export function changed<T extends object>(holder: T, values: Values): T {
  return Object.fromEntries(Object.entries({ ...holder, ...values }).filter(([, value]) => value !== undefined)) as T;
}

export const mine = ({ estate, person }: Pick<Work, 'estate' | 'person'>): Tenant[] => estate.tenants.filter((tenant) => sees(person, tenant.name));
export const withTenant = (estate: Estate, tenant: Tenant): Estate => ({ ...estate, tenants: estate.tenants.map((each) => (each.name === tenant.name ? tenant : each)) });
export const withSite = (estate: Estate, site: Site): Estate => ({ ...estate, sites: estate.sites.map((each) => (each.name === site.name ? site : each)) });
/** A list that is not there where it is empty. */
export const orAbsent = <T>(list: readonly T[]): readonly T[] | undefined => (list.length === 0 ? undefined : list);

/** The cluster that is meant: by `tenant=`, the only one there is, or the only one under construction. */
export function clusterOf(work: Work): { readonly ok: true; readonly tenant: Tenant } | { readonly ok: false; readonly answer: Answer } {
  const all = mine(work);
  const names = all.map(({ name }) => name);
  const wanted = work.command.attributes.get('tenant');
  if (wanted !== undefined) {
    const tenant = all.find(({ name }) => name === wanted);
    return tenant ? { ok: true, tenant } : refused(2, 'no-such-cluster', `There is no cluster '${wanted}'.${didYouMean(wanted, names)}`, `Known: ${names.join(', ')}.`, `add ksyscluster ${wanted} ksysnodes=NODE`);
  }
  const drafts = all.filter(({ name }) => !work.inUse.tenants.some((each) => each.name === name));
  const candidates = drafts.length === 1 ? drafts : all;
  if (candidates.length === 1) return { ok: true, tenant: candidates[0]! };
  return { ok: false, answer: which(work.command, `This could be about ${listed(names)}.`, 'Say which with tenant=NAME.', (names.length === 0 ? ['NAME'] : names).map((each) => `tenant=${each}`)) };
}

/** One of the person's own things by the command's name. `add`: how one is made. */
export function named<T extends { readonly name: string }>({ command }: Work, kind: string, all: readonly T[], add: string): { readonly ok: true; readonly found: T } | { readonly ok: false; readonly answer: Answer } {
  const names = all.map(({ name }) => name);
  if (command.name === null) return refused(3, 'name-missing', `The name of the ${kind} is missing.`, names.length === 0 ? `There is none yet.` : `Name one of: ${listed(names.slice(0, 12))}.`, names.length === 0 ? add : null);
  const found = all.find(({ name }) => name === command.name);
  return found ? { ok: true, found } : { ok: false, answer: misread(command, 2, 'not-found', `There is no ${kind} '${command.name}'.`, command.name, names, names.length === 0 ? 'There is none yet.' : `Known: ${listed(names.slice(0, 12))}.`, add.replace('NAME', command.name)) };
}

/** Reverse order: what hangs on a thing goes first. */
export function hangs(what: string, on: readonly { readonly words: string; readonly command: string }[]): { readonly ok: false; readonly answer: Answer } | null {
  if (on.length === 0) return null;
  return refused(1, 'in-use', `${what} cannot be deleted: ${listed(on.map(({ words }) => words))} still ${on.length === 1 ? 'hangs' : 'hang'} on it.`, 'Things are deleted in reverse order of making them. Begin with:', on[0]!.command);
}
