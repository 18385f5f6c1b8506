import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pino, { type Logger } from 'pino';
import type { Secrets } from './ports/secrets.js';

/** Structured log in `LIFEBOAT_VAR/lifeboat.log`. Every line is cleaned of secrets; a full disk loses log lines, never the process. */
export function createLog(varDirectory: string, level: string, secrets: Secrets): Logger & { flushNow(): void } {
  mkdirSync(varDirectory, { recursive: true });
  const file = pino.destination({ dest: join(varDirectory, 'lifeboat.log'), sync: false, mkdir: true });
  file.on('error', () => undefined);
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write: (line: string) => { file.write(secrets.redact(line)); } });
  return Object.assign(logger, { flushNow: () => { try { file.flushSync(); } catch { /* not open yet, or the disk is full: nothing to lose */ } } });
}
