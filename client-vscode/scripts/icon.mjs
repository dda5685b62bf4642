// Draws icon.png: bars of running time that shrink, the last one ticked off. Run it after changing it; the PNG is committed.
import { writeFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';

const SIZE = 128;
const SAMPLES = 4; // per pixel and axis, for smooth edges

/** Shapes from back to front: a signed distance (negative inside) and a colour. */
const shapes = [
  [box(64, 64, 62, 62, 26), [31, 36, 48]],
  [box(54, 36, 32, 8, 8), [86, 98, 122]],
  [box(45, 64, 23, 8, 8), [110, 146, 214]],
  [box(34, 92, 12, 8, 8), [82, 208, 138]],
  [stroke([[62, 86], [76, 99], [103, 68]], 5.5), [82, 208, 138]],
];

function box(x, y, halfWidth, halfHeight, radius) {
  return (px, py) => {
    const dx = Math.abs(px - x) - halfWidth + radius;
    const dy = Math.abs(py - y) - halfHeight + radius;
    return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - radius;
  };
}

function stroke(points, radius) {
  const segments = points.slice(1).map((end, i) => [points[i], end]);
  return (px, py) => Math.min(...segments.map(([[ax, ay], [bx, by]]) => {
    const [vx, vy] = [bx - ax, by - ay];
    const t = Math.min(1, Math.max(0, ((px - ax) * vx + (py - ay) * vy) / (vx * vx + vy * vy)));
    return Math.hypot(px - ax - t * vx, py - ay - t * vy);
  })) - radius;
}

function colourAt(x, y) {
  return shapes.findLast(([distance]) => distance(x, y) < 0)?.[1];
}

function pixel(x, y) {
  const sum = [0, 0, 0, 0];
  for (let i = 0; i < SAMPLES * SAMPLES; i++) {
    const colour = colourAt(x + (i % SAMPLES + 0.5) / SAMPLES, y + (Math.floor(i / SAMPLES) + 0.5) / SAMPLES);
    colour?.forEach((value, channel) => { sum[channel] += value; });
    sum[3] += colour ? 1 : 0;
  }
  const [red, green, blue, count] = sum;
  return count ? [red / count, green / count, blue / count, 255 * count / SAMPLES ** 2].map(Math.round) : [0, 0, 0, 0];
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

const header = Buffer.alloc(13);
header.writeUInt32BE(SIZE, 0);
header.writeUInt32BE(SIZE, 4);
header.set([8, 6], 8); // eight bits, RGBA
const rows = Array.from({ length: SIZE }, (_, y) => [0, ...Array.from({ length: SIZE }, (_, x) => pixel(x, y)).flat()]);
writeFileSync(new URL('../icon.png', import.meta.url), Buffer.concat([
  Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
  chunk('IHDR', header),
  chunk('IDAT', deflateSync(Buffer.from(rows.flat()), { level: 9 })),
  chunk('IEND', Buffer.alloc(0)),
]));
