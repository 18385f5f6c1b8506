import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';

/** Where the world keeps its effects: whole lines, in order. The simulation keeps them in memory. */
export interface EffectLog {
  /** What stands there. A torn last line is taken away. */
  read(): readonly string[];
  /** All of the line or nothing. @throws when nothing was written */
  append(line: string): void;
}

export function createFileLog(file: string): EffectLog {
  return {
    read() {
      mkdirSync(dirname(file), { recursive: true });
      if (!existsSync(file)) return [];
      const text = readFileSync(file, 'utf8');
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      // A torn last line is an effect that nobody was told of: it did not happen.
      if (whole.length < text.length) truncateSync(file, Buffer.byteLength(whole));
      return whole.split('\n').filter(Boolean);
    },
    append(line) {
      const before = existsSync(file) ? statSync(file).size : 0;
      try {
        appendFileSync(file, `${line}\n`);
      } catch (cause) {
        // A torn line in the middle would make the log unreadable: the effect did not happen, and nobody was told of it.
        if (existsSync(file)) truncateSync(file, before);
        throw cause;
      }
    },
  };
}
