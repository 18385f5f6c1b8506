import { secretInErrors } from '../../../src/lab/process.js';
import { readKey } from '../keys.js';
import type { MakeFamily } from './family.js';

/** Invariants 45 and 49: every change has its record, and no record holds a secret. */
export const records: MakeFamily = (_seen, broke) => {
  const intents = new Set<string>();
  const effects: { key: string; n: number }[] = [];
  return {
    afterEffect({ key, n }) { if (key !== null && readKey(key)) effects.push({ key, n }); },
    afterEntry(entry) {
      const { event, seq } = entry;
      if (event.type === 'step.started') intents.add(`${event.key}`);
      if (JSON.stringify(event).includes(secretInErrors)) broke('49-secret', `entry ${seq} (${event.type}) holds a secret`);
    },
    end() { for (const { key, n } of effects) if (!intents.has(key.replace(/(#\d+)\/.+$/, '$1'))) broke('45-no-record', `line ${n}: ${key} stands in no entry`); },
  };
};
