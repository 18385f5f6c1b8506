import type { z } from 'zod';

/** A request that gets no for an answer: what happened, what it means for the caller, and the next thing to do. */
export class WebProblem extends Error {
  override readonly name = 'WebProblem';
  constructor(readonly httpStatus: number, readonly code: string, readonly what: string, readonly next: string, readonly command: string | null = null) { super(what); }

  toJson(): { error: { code: string; what: string; next: string; command: string | null } } {
    return { error: { code: this.code, what: this.what, next: this.next, command: this.command } };
  }
}

/** Reads a body or query strictly. @throws WebProblem naming every field that is wrong */
export function read<T>(schema: z.ZodType<T>, value: unknown, where: 'body' | 'query'): T {
  const parsed = schema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message));
  throw new WebProblem(400, 'invalid-request', `The ${where} of the request is not as it must be: ${faults.join('; ')}.`, 'Nothing was done. Correct it and send it again; a page that is older than the server is put right by reloading it.');
}

export const notFound = (what: string): WebProblem => new WebProblem(404, 'not-found', `${what} does not exist, or it belongs to a tenant that you do not see.`, 'Check the name; the lists in the console show what you may see.', 'lifeboat query run');
