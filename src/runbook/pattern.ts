import { runInNewContext } from 'node:vm';
import type { Millis } from '../core/names.js';

const patternTimeMaxMs: Millis = 100;

/** Does the whole value fit a runbook's regular expression? The customer wrote the one and a person the other, so that some pairs would take for ever (`(a+)+b`): those are given up. */
export function fitsPattern(pattern: string, value: string): boolean | 'too-slow' {
  try {
    return runInNewContext('new RegExp(pattern, "u").test(value)', { pattern: `^(?:${pattern})$`, value }, { timeout: patternTimeMaxMs }) as boolean;
  } catch {
    return 'too-slow';
  }
}
