import { runInNewContext } from 'node:vm';
import type { Millis } from '../core/names.js';

/** Measured by the clock on the wall: a machine that is busy with something else gets a second, longer chance before the pattern is blamed. */
const triesMs: readonly Millis[] = [100, 500];

/** Does the whole value fit a runbook's regular expression? The customer wrote the one and a person the other, so that some pairs would take for ever (`(a+)+b`): those are given up. */
export function fitsPattern(pattern: string, value: string): boolean | 'too-slow' {
  for (const timeout of triesMs) {
    try {
      return runInNewContext('new RegExp(pattern, "u").test(value)', { pattern: `^(?:${pattern})$`, value }, { timeout }) as boolean;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') return 'too-slow';
    }
  }
  return 'too-slow';
}
