/**
 * Draws the icons of the Teams app, a gate with a check mark in it:
 *
 *     node src/start.mjs test/support/teams-icons.ts
 */
import { writeFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { crc32 } from "./crc32.ts";

type Color = readonly [red: number, green: number, blue: number, opacity: number];
type Point = readonly [x: number, y: number];

interface Stroke {
  readonly line: readonly Point[];
  readonly color: Color;
}

export interface Icon {
  readonly file: string;
  /** Width and height, as Teams asks for it. */
  readonly size: number;
  readonly ground: Color;
  readonly strokes: readonly Stroke[];
  /** Pixels for one unit of the drawing, in which the gate is 90 units wide. */
  readonly scale: number;
  /** Width of the strokes in pixels. */
  readonly width: number;
}

const PINE: Color = [11, 61, 46, 255];
const PALE: Color = [238, 246, 242, 255];
const MINT: Color = [95, 208, 168, 255];
const WHITE: Color = [255, 255, 255, 255];
/** White also where nothing is seen: edges blend without a dark rim. */
const CLEAR: Color = [255, 255, 255, 0];

const RADIUS = 45;
const GATE: readonly Point[] = [[-RADIUS, RADIUS], ...arch(), [RADIUS, RADIUS]];
const CHECK: readonly Point[] = [
  [-22, 10],
  [-6, 27],
  [23, -11],
];

/** Half a circle from the left post over to the right one. */
function arch(): Point[] {
  const steps = 48;
  return Array.from({ length: steps + 1 }, (_, step) => {
    const angle = Math.PI * (1 - step / steps);
    return [RADIUS * Math.cos(angle), -RADIUS * Math.sin(angle)];
  });
}

/** The color icon fills its square and keeps the mark in the middle 120 pixels: Teams cuts the corners. */
export const ICONS: readonly Icon[] = [
  {
    file: "color.png",
    size: 192,
    ground: PINE,
    strokes: [
      { line: GATE, color: PALE },
      { line: CHECK, color: MINT },
    ],
    scale: 1,
    width: 14,
  },
  {
    file: "outline.png",
    size: 32,
    ground: CLEAR,
    strokes: [
      { line: GATE, color: WHITE },
      { line: CHECK, color: WHITE },
    ],
    scale: 12.5 / RADIUS,
    width: 3,
  },
];

/** The pixels row by row, four bytes each: red, green, blue, opacity. */
export function drawIcon({ size, ground, strokes, scale, width }: Icon): Uint8Array {
  const pixels = new Uint8Array(size * size * 4);
  for (let index = 0; index < size * size; index += 1) {
    const x = ((index % size) + 0.5 - size / 2) / scale;
    const y = (Math.floor(index / size) + 0.5 - size / 2) / scale;
    const color = strokes.reduce<Color>((under, stroke) => {
      const inside = width / 2 - distanceTo(stroke.line, [x, y]) * scale;
      return blend(under, stroke.color, Math.min(1, Math.max(0, inside + 0.5)));
    }, ground);
    pixels.set(color.map(Math.round), index * 4);
  }
  return pixels;
}

function blend(under: Color, over: Color, share: number): Color {
  const mix = (from: number, to: number) => from + (to - from) * share;
  return [
    mix(under[0], over[0]),
    mix(under[1], over[1]),
    mix(under[2], over[2]),
    mix(under[3], over[3]),
  ];
}

function distanceTo(line: readonly Point[], point: Point): number {
  const distances = line
    .slice(1)
    .map((end, index) => distanceToPiece(line[index] ?? end, end, point));
  return Math.min(...distances);
}

function distanceToPiece(start: Point, end: Point, point: Point): number {
  const [dx, dy] = [end[0] - start[0], end[1] - start[1]];
  const along = ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / (dx * dx + dy * dy);
  const nearest = Math.min(1, Math.max(0, along));
  return Math.hypot(point[0] - start[0] - nearest * dx, point[1] - start[1] - nearest * dy);
}

/** PNG, https://www.w3.org/TR/png-3/: 8 bits a channel, rows without a filter. */
export function encodePng(size: number, pixels: Uint8Array): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const rows = Array.from({ length: size }, (_, row) => [
    Buffer.of(0),
    pixels.subarray(row * size * 4, (row + 1) * size * 4),
  ]);
  return Buffer.concat([
    Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.concat(rows.flat()), { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(name: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, "latin1"), content]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(content.length, 0);
  framed.set(named, 4);
  framed.writeUInt32BE(crc32(named), named.length + 4);
  return framed;
}

const isProgram = import.meta.url.endsWith(String(process.argv[1]).replaceAll("\\", "/"));
if (isProgram)
  for (const icon of ICONS)
    writeFileSync(
      new URL(`../../teams/${icon.file}`, import.meta.url),
      encodePng(icon.size, drawIcon(icon)),
    );
