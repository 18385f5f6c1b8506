/** The bundled PostgreSQL cannot serve. The message says what happened and what to do next. */
export class PostgresFault extends Error {
  override readonly name = 'PostgresFault';
}

export const causeText = (error: unknown): string => (error instanceof Error ? error.message || (error as NodeJS.ErrnoException).code || error.name : String(error));
