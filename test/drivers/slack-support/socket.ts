import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** Slack's side of Socket Mode, as far as these tests need it: apps.connections.open, a web socket, envelopes, acknowledgements. */
export interface SocketServer {
  readonly url: string;
  /** Envelope ids that were acknowledged. */
  readonly acknowledged: string[];
  connected(): boolean;
  /** Open ones, the oldest first. */
  open(): number;
  /** New ones are refused until it is called with false. */
  refuse(all: boolean): void;
  /** How many were made so far. */
  connections(): number;
  /** Through the newest connection, or the one of that place. */
  send(envelope: { readonly envelope_id: string; readonly type: string; readonly payload: unknown }, through?: number): void;
  /** The network fails: connections break, and new ones are refused until `restore`. */
  fail(): Promise<void>;
  restore(): Promise<void>;
  close(): Promise<void>;
}

export async function startSocketServer(): Promise<SocketServer> {
  const acknowledged: string[] = [];
  const sockets: Socket[] = [];
  let refusing = false;
  let made = 0;
  const server: Server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(request.url?.endsWith('apps.connections.open') ? refusing ? { ok: false, error: 'internal_error' } : { ok: true, url: `ws://127.0.0.1:${port}/link` } : { ok: true, team_id: 'T000000001', team: 'x', user_id: 'UBOT', channel: 'C1', ts: '1.1', message_ts: '1.1' }));
  });
  server.on('upgrade', (request, stream: Socket) => {
    sockets.push(stream);
    made += 1;
    const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    stream.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    stream.write(frame(JSON.stringify({ type: 'hello', num_connections: 1, connection_info: { app_id: 'A1' } })));
    stream.on('data', (data: Buffer) => {
      const { texts, goodbye } = read(data);
      if (goodbye) stream.end(Buffer.from([0x88, 0x00]));
      for (const text of texts) { const { envelope_id: id } = JSON.parse(text) as { envelope_id?: string }; if (id) acknowledged.push(id); }
    });
    stream.on('error', () => undefined);
    stream.on('close', () => { if (sockets.includes(stream)) sockets.splice(sockets.indexOf(stream), 1); });
  });
  const listen = (port: number): Promise<void> => new Promise((resolve) => { server.listen(port, '127.0.0.1', resolve); });
  const shut = (): Promise<void> => new Promise((resolve) => { for (const socket of sockets) socket.destroy(); server.close(() => resolve()); server.closeAllConnections(); });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`, acknowledged,
    connected: () => sockets.length > 0,
    open: () => sockets.length,
    refuse: (all) => { refusing = all; },
    connections: () => made,
    send: (envelope, through = -1) => { sockets.at(through)?.write(frame(JSON.stringify({ accepts_response_payload: false, ...envelope }))); },
    fail: shut,
    restore: () => listen(port),
    close: shut,
  };
}

function frame(text: string): Buffer {
  const body = Buffer.from(text);
  const head = body.length < 126 ? Buffer.from([0x81, body.length]) : Buffer.from([0x81, 126, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([head, body]);
}

/** A client's frames are masked, and several may come at once. */
function read(data: Buffer): { texts: string[]; goodbye: boolean } {
  const texts: string[] = [];
  let goodbye = false;
  for (let at = 0; at + 6 <= data.length;) {
    const opcode = data[at]! & 0x0f;
    let length = data[at + 1]! & 0x7f;
    let head = 2;
    if (length === 126) { length = data.readUInt16BE(at + 2); head = 4; }
    const mask = data.subarray(at + head, at + head + 4);
    const body = data.subarray(at + head + 4, at + head + 4 + length).map((byte, index) => byte ^ mask[index % 4]!);
    if (opcode === 1) texts.push(Buffer.from(body).toString());
    if (opcode === 8) goodbye = true;
    at += head + 4 + length;
  }
  return { texts, goodbye };
}
