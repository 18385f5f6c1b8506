import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Recorded { readonly method: string; readonly token: string; readonly sent: Record<string, any>; readonly answer: Record<string, any> }

/** Between Lifeboat and the emulator: what is asked of Slack, and what that Slack answers. `before` may answer in its place. */
export interface Recorder { readonly url: string; readonly calls: Recorded[]; of(method: string): Recorded[]; before: ((method: string, sent: Record<string, any>) => Record<string, any> | null | Promise<Record<string, any> | null>) | null; close(): Promise<void> }

export async function startRecorder(slackUrl: string): Promise<Recorder> {
  const calls: Recorded[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => { void (async () => {
      const body = Buffer.concat(chunks).toString();
      const method = request.url!.replace(/^\/api\//, '');
      const sent = Object.fromEntries([...new URLSearchParams(body)].map(([key, value]) => [key, ['view', 'blocks', 'metadata'].includes(key) ? JSON.parse(value) : value]));
      const own = await recorder.before?.(method, sent) ?? null;
      const { 'content-type': type = '', authorization = '' } = request.headers;
      const answer = own ?? (await (await fetch(`${slackUrl}${request.url}`, { method: 'POST', headers: { 'content-type': type, authorization }, body })).json()) as Record<string, any>;
      calls.push({ method, token: authorization.replace('Bearer ', ''), sent, answer });
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    })(); });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const recorder: Recorder = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls, before: null,
    of: (method) => calls.filter((call) => call.method === method),
    close: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections(); }),
  };
  return recorder;
}
