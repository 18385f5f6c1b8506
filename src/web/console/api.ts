/** A request that got no for an answer, or no answer at all (`code: 'no-answer'`). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(readonly httpStatus: number, readonly code: string, readonly what: string, readonly next: string, readonly command: string | null = null) { super(what); }
}

let shownPerson: string | null = null;
/** Whom the page shows as acting; the server refuses acts when another tab switched meanwhile. */
export const showPerson = (person: string | null): void => { shownPerson = person; };

async function request<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { 'x-lifeboat-request': 'console' };
  if (shownPerson !== null) headers['x-lifeboat-person'] = shownPerson;
  if (body !== undefined) headers['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  } catch {
    throw new ApiError(0, 'no-answer', 'Lifeboat did not answer.', 'It may have done what you asked. It is tried again with the same number, so that it happens once.');
  }
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer as T;
  const problem = (answer as { error?: { code: string; what: string; next: string; command: string | null } } | null)?.error;
  throw new ApiError(response.status, problem?.code ?? 'unreadable', problem?.what ?? `Lifeboat answered ${response.status} without a word of why.`, problem?.next ?? 'Reload the page; if it stays, look at the log.', problem?.command ?? null);
}

export const get = <T>(path: string): Promise<T> => request<T>('GET', path);
export const post = <T>(path: string, body: unknown = {}): Promise<T> => request<T>('POST', path, body);

/** The number of one act. It stays the same when the act is sent again. */
export const newDeliveryId = (): string => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

const pausesMs = [500, 1_500, 4_000];

/** Sends an act again while no answer comes; the delivery id makes it one act all the same. */
export async function act<T>(path: string, body: Readonly<Record<string, string>> & { readonly deliveryId: string }): Promise<T> {
  for (const pauseMs of pausesMs) {
    try {
      return await post<T>(path, body);
    } catch (error) {
      if (!(error instanceof ApiError) || error.httpStatus !== 0) throw error;
      await new Promise((resolve) => { setTimeout(resolve, pauseMs); });
    }
  }
  return post<T>(path, body);
}
