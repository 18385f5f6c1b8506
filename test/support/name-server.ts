import { createSocket } from 'node:dgram';

export interface NameServer {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  /** Each name that was asked for. */
  readonly asked: string[];
  close(): Promise<void>;
}

const [typeTxt, noSuchName] = [16, 3];

/** A name server on loopback that knows these TXT records and says of everything else that there is no such name (RFC 1035, UDP). */
export async function startNameServer(records: { readonly [name: string]: string }): Promise<NameServer> {
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    const { name, end, type } = questionOf(query);
    asked.push(name);
    const text = type === typeTxt ? records[name] : undefined;
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8180 | (text === undefined ? noSuchName : 0), 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(text === undefined ? 0 : 1, 6);
    socket.send(Buffer.concat([header, query.subarray(12, end), ...(text === undefined ? [] : [answerOf(text)])]), port, address);
  });
  await new Promise<void>((resolve) => { socket.bind(0, '127.0.0.1', resolve); });
  return { address: `127.0.0.1:${socket.address().port}`, asked, close: () => new Promise((resolve) => { socket.close(() => { resolve(); }); }) };
}

function questionOf(query: Buffer): { readonly name: string; readonly end: number; readonly type: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** Strings of a TXT record have 255 bytes at most; a key has more. */
function answerOf(text: string): Buffer {
  const strings = (text.match(/.{1,255}/g) ?? []).map((part) => Buffer.concat([Buffer.from([part.length]), Buffer.from(part, 'latin1')]));
  const data = Buffer.concat(strings);
  const head = Buffer.from([0xc0, 0x0c, 0, typeTxt, 0, 1, 0, 0, 0, 60, 0, 0]);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}
