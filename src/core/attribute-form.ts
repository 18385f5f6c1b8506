import { readSteps, writeSteps, writtenForms } from './on-call/written.js';
import type { EscalationStep } from './on-call/escalation.js';

/**
 * How the value of an attribute is written, in a command (`hmc_ping_timer=20`) and in the estate file (`hmc_ping_timer: 20`) alike. One reader for both, so that neither takes
 * what the other refuses.
 */
export type Form =
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  /** A boolean, in IBM's word for it. */
  | { readonly kind: 'switch'; readonly on: string; readonly off: string }
  /** Absent unless it is on; `inverse`: absent unless it is off. */
  | { readonly kind: 'flag'; readonly on: string; readonly off: string; readonly inverse?: true }
  /** `factor`: what one of it is in the model's unit. `words`: what else may be written, and for which number it stands. */
  | { readonly kind: 'whole'; readonly min: number; readonly max: number; readonly unit: string; readonly factor: number; readonly words?: { readonly [word: string]: number } }
  | { readonly kind: 'share' }
  | { readonly kind: 'capacity' }
  | { readonly kind: 'time' } | { readonly kind: 'name' } | { readonly kind: 'uuid' } | { readonly kind: 'text' } | { readonly kind: 'path' } | { readonly kind: 'secret' }
  /** Of on-call schedules and escalations: some of these words, everybody's or those that are named, a chain. */
  | { readonly kind: 'choices'; readonly values: readonly string[] } | { readonly kind: 'whose' } | { readonly kind: 'steps' } | { readonly kind: keyof typeof writtenForms }
  | { readonly kind: 'names' } | { readonly kind: 'vlans' } | { readonly kind: 'pairs'; readonly of: 'VLAN' | 'virtual switch' } | { readonly kind: 'sets' };

/** `value: undefined`: nothing is kept, so that the default holds. */
export type Read = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly why: string };

export const namePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;
const nameHint = 'Use letters, digits, dots, dashes and underscores, at most 63, starting with a letter or digit.';
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const vlanMax = 4094;

const yes = (value: unknown): Read => ({ ok: true, value });
const no = (why: string): Read => ({ ok: false, why });
const bounds = (form: Extract<Form, { kind: 'whole' }>): string => `${form.min} to ${form.max}${form.unit === '' ? '' : ` ${form.unit}`}`;
const alternatives = (values: readonly string[]): string => (values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`);

/** What may be written, as help and documents show it: `<5..480>`, `<yes | no>`. */
export function range(form: Form): string {
  switch (form.kind) {
    case 'choice': return form.values.join(' | ');
    case 'switch': case 'flag': return `${form.on} | ${form.off}`;
    case 'whole': return [`${form.min}..${form.max}${form.unit === '' ? '' : ` ${form.unit}`}`, ...Object.keys(form.words ?? {})].join(' | ');
    case 'share': return 'number above 0';
    case 'capacity': return '1..100 | minimum | current_desired | none';
    case 'time': return 'hh:mm';
    case 'secret': return 'env:NAME';
    case 'names': return 'name,name';
    case 'vlans': return `1..${vlanMax},1..${vlanMax}`;
    case 'pairs': return form.of === 'VLAN' ? 'home:backup,home:backup' : 'HOME:BACKUP,HOME:BACKUP';
    case 'sets': return 'vm+vm,vm+vm';
    case 'choices': return form.values.join(',');
    case 'whose': return 'all | name,name';
    case 'steps': return 'target,10m:target+target';
    case 'day': case 'zone': case 'calendar': return writtenForms[form.kind].range;
    default: return form.kind;
  }
}

/** Reads a word of a command, or a value of the file. `why` says what is allowed. */
export function readValue(form: Form, raw: unknown): Read {
  const text = typeof raw === 'string' ? raw : typeof raw === 'number' ? String(raw) : null;
  switch (form.kind) {
    case 'choice': return form.values.includes(text ?? '') ? yes(text) : no(`This must be ${form.values.length === 1 ? '' : 'one of '}${form.values.join(', ')}.`);
    case 'switch': case 'flag': {
      const on = raw === true || text === form.on ? true : raw === false || text === form.off ? false : null;
      if (on === null) return no(`This must be ${form.on} or ${form.off}.`);
      if (form.kind === 'switch') return yes(on);
      return yes(on !== (form.inverse ?? false) ? true : undefined);
    }
    case 'whole': {
      if (text !== null && form.words && Object.hasOwn(form.words, text)) return yes(form.words[text]! * form.factor);
      const number = text !== null && /^\d+$/.test(text) ? Number(text) : NaN;
      return number >= form.min && number <= form.max ? yes(number * form.factor) : no(`This must be ${bounds(form)}${form.words ? `, or ${alternatives(Object.keys(form.words))}` : ''}.`);
    }
    case 'share': return text !== null && /^\d+(\.\d+)?$/.test(text) && Number(text) > 0 ? yes(Number(text)) : no('This must be a number, more than 0.');
    case 'capacity': {
      if (text === 'minimum' || text === 'current_desired' || text === 'none') return yes(text);
      return text !== null && /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 100 ? yes(Number(text)) : no('This must be 1 to 100 (percent of what it has at home), minimum, current_desired or none.');
    }
    case 'time': return text !== null && /^([01]\d|2[0-3]):[0-5]\d$/.test(text) ? yes(text) : no('Write hh:mm, 00:00 to 23:59, in quotes.');
    case 'name': return text !== null && namePattern.test(text) ? yes(text) : no(nameHint);
    case 'uuid': return text !== null && uuidPattern.test(text) ? yes(text) : no('Write a lower-case UUID.');
    case 'text': return text !== null && text !== '' && text.length <= 120 ? yes(text) : no('Write 1 to 120 characters.');
    case 'path': return text !== null && /^\/\S{1,200}$/.test(text) ? yes(text) : no('Write the whole path of the script inside the VM, such as /apps/monitor_1.');
    case 'secret': return text !== null && /^env:[A-Z][A-Z0-9_]*$/.test(text) ? yes(text) : no('Secrets come from the environment only: write env:NAME, in capitals.');
    case 'names': return list(raw, (each) => namePattern.test(each), nameHint, (each) => each);
    case 'vlans': return list(raw, (each) => /^\d+$/.test(each) && Number(each) >= 1 && Number(each) <= vlanMax, `A VLAN is a number from 1 to ${vlanMax}.`, Number);
    case 'pairs': return pairs(raw, form.of);
    case 'sets': return sets(raw);
    case 'choices': return list(raw, (each) => form.values.includes(each), `Write one or more of ${form.values.join(', ')}.`, (each) => each);
    case 'whose': return raw === 'all' ? yes('all') : list(raw, (each) => namePattern.test(each), `Write all, or names. ${nameHint}`, (each) => each);
    case 'steps': { const steps = text === null ? null : readSteps(text); return steps ? yes(steps) : no('Write who is called, one step behind the other: on_call:dr,10m:ben+chris. A step may wait (10m:), and calls people, or on_call:NAME for whoever is on call then.'); }
    case 'day': case 'zone': case 'calendar': { const { fits, hint } = writtenForms[form.kind]; return text !== null && fits(text) ? yes(text) : no(hint); }
  }
}

const words = (raw: unknown): string[] | null => (typeof raw === 'string' ? (raw === 'none' ? [] : raw.split(',')) : Array.isArray(raw) ? raw.map(String) : typeof raw === 'number' ? [String(raw)] : null);

function list(raw: unknown, fits: (each: string) => boolean, hint: string, make: (each: string) => unknown): Read {
  const found = words(raw);
  if (found === null || found.some((each) => !fits(each))) return no(hint);
  const twice = found.find((each, index) => found.indexOf(each) !== index);
  if (twice !== undefined) return no(`'${twice}' stands here a second time.`);
  return yes(found.length === 0 ? undefined : found.map(make));
}

function pairs(raw: unknown, of: 'VLAN' | 'virtual switch'): Read {
  const found = raw !== null && typeof raw === 'object' && !Array.isArray(raw) ? Object.entries(raw).map(([home, backup]) => [home, String(backup)]) : (typeof raw === 'string' ? words(raw)! : []).map((each) => each.split(':'));
  const fits = (each: string): boolean => (of === 'VLAN' ? /^\d+$/.test(each) && Number(each) >= 1 && Number(each) <= vlanMax : /^[\w.() -]{1,40}$/.test(each));
  if ((found.length === 0 && raw !== 'none' && (typeof raw !== 'object' || raw === null || Array.isArray(raw))) || found.some((each) => each.length !== 2 || !each.every(fits))) return no(of === 'VLAN' ? `Write the VLAN at home and the one at the backup site, each 1 to ${vlanMax}: 10:110,20:120.` : 'Write the virtual switch at home and the one at the backup site: ETHERNET0:VSWITCH1.');
  const twice = [0, 1].flatMap((side) => { const names = found.map((each) => each[side]!); return names.filter((each, index) => names.indexOf(each) !== index); })[0];
  if (twice !== undefined) return no(`The ${of} ${twice} stands here twice, and the map is read in both directions.`);
  // In one order, whatever order they were written in.
  return yes(found.length === 0 ? undefined : found.map(([home, backup]) => ({ home, backup })).toSorted((a, b) => Number(a.home) - Number(b.home) || (a.home! < b.home! ? -1 : 1)));
}

function sets(raw: unknown): Read {
  const found = typeof raw === 'string' ? words(raw)!.map((each) => each.split('+')) : Array.isArray(raw) ? raw.map((each: unknown) => (Array.isArray(each) ? each.map(String) : [])) : null;
  if (found === null || found.some((set) => set.length < 2 || set.some((each) => !namePattern.test(each)) || new Set(set).size < set.length)) return no('Write sets of at least two different VMs: vm1+vm2,vm3+vm4.');
  return yes(found.length === 0 ? undefined : found);
}

/** A value as a command takes it. */
export function writeValue(form: Form, value: unknown): string {
  switch (form.kind) {
    case 'switch': return value === true ? form.on : form.off;
    case 'flag': return (value === true) !== (form.inverse ?? false) ? form.on : form.off;
    case 'whole': {
      const number = Number(value) / form.factor;
      return Object.entries(form.words ?? {}).find(([, each]) => each === number)?.[0] ?? String(number);
    }
    case 'names': case 'vlans': case 'choices': return ((value ?? []) as unknown[]).join(',') || 'none';
    case 'whose': return Array.isArray(value) ? value.join(',') : 'all';
    case 'steps': return writeSteps((value ?? []) as EscalationStep[]);
    case 'pairs': return ((value ?? []) as { home: string; backup: string }[]).map(({ home, backup }) => `${home}:${backup}`).join(',') || 'none';
    case 'sets': return ((value ?? []) as string[][]).map((set) => set.join('+')).join(',') || 'none';
    default: return value === undefined || value === null ? 'none' : String(value);
  }
}

/** A value as the estate file takes it. */
export function yamlValue(form: Form, value: unknown): unknown {
  switch (form.kind) {
    case 'names': case 'vlans': case 'sets': case 'choices': case 'whose': case 'steps': return value;
    case 'pairs': return Object.fromEntries((value as { home: string; backup: string }[]).map(({ home, backup }) => [home, /^\d+$/.test(backup) ? Number(backup) : backup]));
    case 'whole': { const written = writeValue(form, value); return /^\d+$/.test(written) ? Number(written) : written; }
    case 'share': return value;
    case 'capacity': return value;
    default: return writeValue(form, value);
  }
}
