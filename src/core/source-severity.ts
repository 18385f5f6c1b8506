import type { Severity } from './dr-event.js';
import { eventNamed } from './event-catalogue/catalogue.js';

const words: Readonly<Record<string, Severity>> = {
  critical: 'critical', error: 'critical', page: 'critical', emergency: 'critical', emerg: 'critical', alert: 'critical', fatal: 'critical', crit: 'critical', high: 'critical', major: 'critical', serious: 'critical', err: 'critical',
  warning: 'warning', warn: 'warning', minor: 'warning', medium: 'warning', ticket: 'warning',
  info: 'info', information: 'info', informational: 'info', notice: 'info', low: 'info', none: 'info', ok: 'info', debug: 'info',
};

/** How bad an event of another system is: what our catalogue says of its name, else its own word, else a warning. */
export const severityOfReport = (name: string, word: string | undefined): Severity => eventNamed(name)?.severity ?? (word === undefined ? undefined : words[word.trim().toLowerCase()]) ?? 'warning';
