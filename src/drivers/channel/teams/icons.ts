import { deflateSync } from 'node:zlib';

/** Red, green, blue, opacity, each 0 to 255. */
type Pixel = readonly [number, number, number, number];
const [red, white, clear, navy]: readonly Pixel[] = [[214, 69, 65, 255], [255, 255, 255, 255], [255, 255, 255, 0], [22, 43, 72, 255]];

/** Teams takes exactly these two: 192 pixels in colour, 32 in white on nothing. */
export const icons = { colour: { file: 'color.png', size: 192 }, outline: { file: 'outline.png', size: 32 } } as const;

/** A lifebuoy: a ring in four quarters. */
export const colourIcon = (): Buffer => png(icons.colour.size, (x, y) => {
  const [distance, angle] = [Math.hypot(x, y), Math.atan2(y, x)];
  if (distance > 0.8 || distance < 0.38) return navy!;
  return Math.abs(Math.cos(2 * angle)) < 0.62 ? red! : white!;
});

export const outlineIcon = (): Buffer => png(icons.outline.size, (x, y) => {
  const [distance, angle] = [Math.hypot(x, y), Math.atan2(y, x)];
  const rim = Math.abs(distance - 0.86) < 0.09 || Math.abs(distance - 0.4) < 0.09;
  const band = distance < 0.86 && distance > 0.4 && Math.abs(Math.cos(2 * angle)) > 0.8;
  return rim || band ? white! : clear!;
});

const samples = 4;

/** A square PNG, each pixel the mean of 16 points of a picture that goes from -1 to 1 both ways. */
function png(size: number, picture: (x: number, y: number) => Pixel): Buffer {
  const rows = Buffer.alloc(size * (1 + size * 4));
  for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) {
    const points = Array.from({ length: samples * samples }, (_, each) => picture(at(x, each % samples, size), at(y, Math.floor(each / samples), size)));
    for (let part = 0; part < 4; part++) rows[y * (1 + size * 4) + 1 + x * 4 + part] = Math.round(points.reduce((sum, point) => sum + point[part]!, 0) / points.length);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  // Eight bits a part, colour with opacity.
  header.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

const at = (pixel: number, sample: number, size: number): number => ((pixel + (sample + 0.5) / samples) / size) * 2 - 1;

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(checksum(named));
  return Buffer.concat([length, named, sum]);
}

/** CRC-32 as PNG wants it; Node's own came with version 22. */
function checksum(data: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of data) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum & 1) === 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}
