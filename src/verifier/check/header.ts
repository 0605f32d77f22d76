/** The first line of a file: which kind it is, and what a bundle promises of itself. */
import { quote, unchecked } from "../format/finding.ts";
import type { Line } from "../format/lines.ts";

export interface Header {
  readonly organisation: string;
  readonly exportedAt: string;
  readonly entries: number;
  readonly checkpoints: number;
}

const COUNT = "(0|[1-9][0-9]{0,15})";
const HEADER = new RegExp(
  '^\\{"format":"cleargate-bundle-1","organisation":"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})",' +
    `"exportedAt":"([0-9TZ:.-]{20,30})","entries":${COUNT},"checkpoints":${COUNT}\\}$`,
);
const PROOF = '{"format":"cleargate-proof-1",';

export function readHeader(line: Line): Header {
  const text = line.bytes.toString("utf8", line.start, line.end);
  const [, organisation = "", exportedAt = "", entries, checkpoints] = HEADER.exec(text) ?? [];
  if (organisation === "") throw unchecked(whyNoHeader(line, text));
  return { organisation, exportedAt, entries: Number(entries), checkpoints: Number(checkpoints) };
}

export function isProof(beginning: Buffer): boolean {
  return beginning.toString("latin1").startsWith(PROOF);
}

const MAGIC: readonly (readonly [number[], string])[] = [
  [[0xef, 0xbb, 0xbf], "It begins with a byte order mark: an editor saved it anew."],
  [[0xff, 0xfe], "It is UTF-16: an editor saved it anew."],
  [[0x1f, 0x8b], "It is compressed with gzip: unpack it first."],
  [[0x50, 0x4b, 0x03, 0x04], "It is a ZIP archive: unpack it first."],
];

function whyNoHeader(line: Line, text: string): string {
  const magic = MAGIC.find(([bytes]) =>
    bytes.every((byte, place) => line.bytes[line.start + place] === byte),
  );
  if (magic) return `This is no bundle as Cleargate writes it. ${magic[1]}`;
  if (!line.isUtf8) return "This is no bundle of Cleargate: its first line is not UTF-8 text.";
  if (text.endsWith("\r"))
    return "This file has Windows line ends: it was changed on its way. Transfer it as binary.";
  const format = /"format":"(cleargate-[a-z0-9-]{1,40})"/.exec(text)?.[1];
  if (format === "cleargate-bundle-1") return "The first line is no header of a bundle.";
  if (format) return `This program does not know the format ${quote(format)}.`;
  return "This is no bundle of Cleargate: its first line is no header.";
}
