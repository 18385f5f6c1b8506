import type { Logger, LogLevel } from '@slack/bolt';

/** The part of pino that the driver uses. */
export interface SlackLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Tokens of workspaces that were installed later are not known beforehand; their form is. */
const tokens = /\bx(?:ox[a-z]|app|oxe\.xox[a-z])-[A-Za-z0-9-]+/g;

/** Bolt's and the Web client's own lines: warnings and errors only, without the secrets that they were given. */
export function boltLog(log: SlackLog, secrets: readonly string[]): Logger {
  const words = (parts: unknown[]): string => secrets.reduce((text, secret) => text.replaceAll(secret, '[secret]'), parts.map((part) => (part instanceof Error ? part.message : typeof part === 'string' ? part : JSON.stringify(part))).join(' ')).replace(tokens, '[secret]');
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: (...parts: unknown[]) => log.warn({ from: 'slack' }, words(parts)),
    error: (...parts: unknown[]) => log.error({ from: 'slack' }, words(parts)),
    setLevel: () => undefined,
    getLevel: () => 'warn' as LogLevel,
    setName: () => undefined,
  };
}
