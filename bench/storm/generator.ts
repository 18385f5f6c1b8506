import { Agent, request } from 'node:http';

export const generatorOf = '--storm-generator';
/** So many events, each in a request of its own; `group`: event n belongs to group n modulo `groups`. */
export interface Storm { readonly url: string; readonly form: 'alertmanager' | 'lifeboat'; readonly token: string | null; readonly round: string; readonly count: number; readonly groups: number; readonly connections: number }
export interface Stormed { readonly seconds: number; readonly refused: number }

/** In a process of its own: posts as fast as it is answered. Each event carries the moment at which it was sent, by this machine's clock. */
export function startGenerator(): void {
  process.on('message', (storm: Storm) => { void play(storm).then((result) => process.send!(result)); });
  process.on('disconnect', () => process.exit());
  process.send!('ready');
}

async function play({ url, form, token, round, count, groups, connections }: Storm): Promise<Stormed> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const target = new URL(url);
  const headers = { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
  let [next, refused] = [0, 0];
  const one = (n: number): Promise<void> => new Promise((resolve, reject) => {
    const body = bodyOf(form, round, n, groups);
    const call = request({ agent, hostname: target.hostname, port: target.port, path: target.pathname, method: 'POST', headers: { ...headers, 'content-length': Buffer.byteLength(body) } }, (response) => {
      if (response.statusCode !== 200) refused += 1;
      response.resume().on('end', resolve);
    });
    call.on('error', reject).end(body);
  });
  const began = performance.now();
  await Promise.all(Array.from({ length: connections }, async () => { while (next < count) await one(next++); }));
  agent.destroy();
  return { seconds: (performance.now() - began) / 1_000, refused };
}

/** The same words for both, each in the form that it takes. The text carries number and moment, so that the receiver reads them of either. */
function bodyOf(form: Storm['form'], round: string, n: number, groups: number): string {
  const group = `${round}-${n % groups}`;
  const text = `storm ${round} ${n} ${performance.timeOrigin + performance.now()} end`;
  if (form === 'lifeboat') return JSON.stringify({ id: `${round}-${n}`, name: 'SERVICE_DOWN', entity: group, severity: 'critical', description: text, labels: { number: String(n) } });
  return JSON.stringify([{ labels: { alertname: 'SERVICE_DOWN', group, number: String(n), severity: 'critical' }, annotations: { summary: text } }]);
}
