import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { socketPath } from '../config/socket-path.js';

/** What the API said no to, in its words. `status`: ksysmgr's exit status. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';
  constructor(readonly httpStatus: number, message: string) { super(message); }
}

export interface Client {
  /** The body of an answer as it comes, for what is too long to hold. */
  stream(path: string): Promise<IncomingMessage>;
  /** `signal`: gives the call up; what it asked for may or may not have been done. */
  call<T>(method: 'GET' | 'POST', path: string, body?: object, signal?: AbortSignal): Promise<T>;
  /** Newline-delimited JSON, line by line, until the server ends it. */
  lines(path: string, each: (line: unknown) => void): Promise<void>;
}

const tokenFile = (): string => join(process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'lifeboat', 'token');
export function keepToken(token: string): string {
  const file = tokenFile();
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${token}\n`, { mode: 0o600 });
  return file;
}
function token(): string | null {
  return process.env.LIFEBOAT_TOKEN?.trim() || (existsSync(tokenFile()) ? readFileSync(tokenFile(), 'utf8').trim() : null);
}

/** Reaches a running Lifeboat through its socket below LIFEBOAT_VAR, or through LIFEBOAT_URL. */
export function createClient(): Client {
  const url = process.env.LIFEBOAT_URL?.trim();
  const socket = socketPath(resolve(process.env.LIFEBOAT_VAR?.trim() || './var'), 'lifeboat');
  const where = url ? url : `the socket ${socket}`;

  const open = (method: string, path: string, body?: object, signal?: AbortSignal): Promise<IncomingMessage> => new Promise((done, fail) => {
    const known = token();
    const text = body === undefined ? undefined : JSON.stringify(body);
    const options: RequestOptions = { method, ...(signal ? { signal } : {}), headers: { accept: 'application/json', ...(known ? { authorization: `Bearer ${known}` } : {}), ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }) } };
    const call = url ? (url.startsWith('https:') ? httpsRequest : httpRequest)(new URL(path, url), options, done) : httpRequest({ ...options, socketPath: socket, path, host: 'localhost' }, done);
    call.on('error', (cause: NodeJS.ErrnoException) => fail(new CallFailed(0, `Lifeboat does not answer at ${where} (${cause.code ?? cause.message}). ${url ? 'Check LIFEBOAT_URL and the link.' : 'Is it running here? Start it with: npm start. For another folder or machine set LIFEBOAT_VAR or LIFEBOAT_URL.'}`)));
    call.end(text);
  });
  const refused = async (response: IncomingMessage): Promise<CallFailed> => {
    const text = await textOf(response);
    try {
      const { what, message, next, command } = (JSON.parse(text) as { error?: { what?: string; message?: string; next?: string; command?: string } }).error ?? (JSON.parse(text) as { what?: string; message?: string; next?: string; command?: string });
      return new CallFailed(response.statusCode ?? 0, [what ?? message ?? text, next, command].filter(Boolean).join('\n'));
    } catch {
      return new CallFailed(response.statusCode ?? 0, `Lifeboat answered ${response.statusCode}: ${text.slice(0, 500)}`);
    }
  };

  return {
    async stream(path) {
      const response = await open('GET', path);
      if ((response.statusCode ?? 500) >= 400) throw await refused(response);
      return response;
    },
    async call<T>(method: 'GET' | 'POST', path: string, body?: object, signal?: AbortSignal): Promise<T> {
      const response = await open(method, path, body, signal);
      if ((response.statusCode ?? 500) >= 400) throw await refused(response);
      return JSON.parse(await textOf(response)) as T;
    },
    async lines(path, each) {
      const response = await open('GET', path);
      if ((response.statusCode ?? 500) >= 400) throw await refused(response);
      let rest = '';
      for await (const part of response) {
        const pieces = (rest + String(part)).split('\n');
        rest = pieces.pop() ?? '';
        for (const piece of pieces) if (piece !== '') each(JSON.parse(piece));
      }
    },
  };
}

async function textOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
