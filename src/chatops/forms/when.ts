import type { FormField } from '../../ports/channel.js';
import { attribute, type Filled } from './form-kind.js';

/** When it starts by itself, once it is approved (desk/start-window.ts says what is allowed). */
export const whenFields: readonly FormField[] = [
  { name: 'at', label: 'Start', hint: 'Approved now, started by itself then. Empty: as soon as it is approved.', required: false, kind: 'date-time' },
  { name: 'window', label: 'Start no later than', hint: 'Only with a start. Empty: one hour.', required: false, kind: 'choice', many: false, initial: null, options: [['30m', '30 minutes'], ['1h', '1 hour'], ['2h', '2 hours'], ['4h', '4 hours'], ['8h', '8 hours']].map(([value, words]) => ({ value: value!, label: `${words} after it` })) },
];

export const whenWords = (filled: Filled): string => `${attribute('at', filled.get('at'))}${attribute('window', filled.get('window'))}`;
