import type { HelperOptions } from 'handlebars';
import type { Language, Millis } from '../../core/names.js';
import { Markup, type Dialect } from './markup.js';
import { clockTime, sameDay } from '../../core/clock-time.js';
import { words } from './time.js';

/** What a helper may know beside the view's data; rides in Handlebars' private data. */
export interface RenderFrame { readonly now: Millis; readonly timeZone: string; readonly language: Language }

/** Arguments that each inline helper takes, for the linter: smallest and largest number. */
export const inlineHelpers: Record<string, readonly [number, number]> = {
  strong: [1, 9], code: [1, 9], codeBlock: [1, 1], lines: [1, 1], link: [1, 2], time: [1, 1], timeExact: [1, 1], ago: [1, 1], until: [1, 1], duration: [1, 1],
  join: [1, 2], count: [2, 3], upper: [1, 1], first: [2, 2], and: [2, 9], or: [2, 9], not: [1, 1], eq: [2, 2], more: [2, 2],
};
/** Blocks over a list; inside, the context is one element, as in #each. */
export const listHelpers = ['items', 'numbered'] as const;
export const conditionHelpers = ['if', 'unless'] as const;

const frameOf = (options: HelperOptions): RenderFrame => (options.data as { frame: RenderFrame }).frame;
const isPresent = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : value !== null && value !== undefined && value !== false && value !== '' && value !== 0);

/** Handlebars adds its options as the last argument. */
const split = (values: unknown[]): [unknown[], HelperOptions] => [values.slice(0, -1), values.at(-1) as HelperOptions];

/** Helpers of one dialect. Markup comes out of them, data goes into them raw. */
export function helpersFor(dialect: Dialect): Record<string, (...values: unknown[]) => unknown> {
  const escape = (value: unknown): string => (value instanceof Markup ? value.text : value === null || value === undefined ? '' : dialect.escape(String(value)));
  const instant = (value: unknown, options: HelperOptions, precision: 'minute' | 'second'): Markup | string => {
    if (typeof value !== 'number') return '';
    const { now, timeZone, language } = frameOf(options);
    const withDate = !sameDay(value, now, timeZone);
    return new Markup(dialect.time(value, dialect.name === 'slack' ? clockTime(value, timeZone, precision, withDate, language) : escape(clockTime(value, timeZone, precision, withDate, language)), precision, withDate));
  };
  const list = (ordered: boolean) => function writeList(this: unknown, ...values: unknown[]): string {
    const [[elements], options] = split(values);
    if (!Array.isArray(elements) || elements.length === 0) return options.inverse(this);
    const items = elements.map((element, index) => dialect.item(options.fn(element, { data: { ...options.data, index, first: index === 0, last: index === elements.length - 1 }, blockParams: [element, index] } as never), index, ordered)).join('');
    return dialect.list(items, ordered);
  };
  return {
    escape: (value) => escape(value),
    content: (value) => dialect.content(String(value)),
    strong: (...values) => new Markup(dialect.strong(split(values)[0].map(escape).join(' '))),
    code: (...values) => new Markup(dialect.code(split(values)[0].filter((each) => each !== null).map(String).join(' '))),
    codeBlock: (value) => new Markup(dialect.codeBlock(String(value))),
    lines: (value) => new Markup(String(value ?? '').split('\n').map(escape).join('\n')),
    link: (...values) => {
      const [[url, label]] = split(values);
      return typeof url === 'string' && /^https?:\/\//.test(url) ? new Markup(dialect.link(url, typeof label === 'string' ? label : url)) : '';
    },
    time: (...values) => instant(values[0], values.at(-1) as HelperOptions, 'minute'),
    timeExact: (...values) => instant(values[0], values.at(-1) as HelperOptions, 'second'),
    ago: (...values) => {
      if (typeof values[0] !== 'number') return '';
      const { now, language } = frameOf(values.at(-1) as HelperOptions);
      const long = words(Math.max(0, now - values[0]), language);
      return language === 'de' ? `vor ${long}` : `${long} ago`;
    },
    until: (...values) => (typeof values[0] === 'number' ? words(Math.max(0, values[0] - frameOf(values.at(-1) as HelperOptions).now), frameOf(values.at(-1) as HelperOptions).language) : ''),
    duration: (...values) => (typeof values[0] === 'number' ? words(values[0], frameOf(values.at(-1) as HelperOptions).language) : ''),
    join: (...values) => {
      const [[elements, by]] = split(values);
      return new Markup((Array.isArray(elements) ? elements : []).map(escape).join(escape(by ?? ', ')));
    },
    count: (...values) => {
      const [[amount, one, many]] = split(values);
      const number = Array.isArray(amount) ? amount.length : Number(amount);
      return `${number} ${number === 1 ? String(one) : String(many ?? `${String(one)}s`)}`;
    },
    upper: (value) => String(value).toUpperCase(),
    first: (elements, amount) => (Array.isArray(elements) ? elements.slice(0, Number(amount)) : []),
    and: (...values) => split(values)[0].every(isPresent),
    or: (...values) => split(values)[0].some(isPresent),
    not: (value) => !isPresent(value),
    eq: (a, b) => a === b,
    more: (a, b) => (Array.isArray(a) ? a.length : Number(a)) > Number(b),
    items: list(false),
    numbered: list(true),
  };
}
