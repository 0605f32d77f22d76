/**
 * Says whether a text holds what must never be stored or logged: card numbers, social security numbers, medical
 * record numbers, keys. Such text is refused, never masked.
 */
import type { SensitiveKind } from "../refusal.ts";
import { findCards } from "./card.ts";
import { foldText } from "./fold.ts";
import { findShapes, type Hit } from "./pattern.ts";

function* findAll(folded: string, isBinary: boolean): Generator<Hit> {
  for (const span of findCards(folded)) yield { kind: "payment_card", ...span };
  yield* findShapes(folded, isBinary);
}

/** The kind of the first sensitive thing in a text, or null where there is none. */
export function findSensitiveText(text: string): SensitiveKind | null {
  for (const { kind } of findAll(foldText(text), false)) return kind;
  return null;
}

export interface Scanner {
  push(chunk: Uint8Array): void;
  /** What was found in all that was pushed. */
  found(): SensitiveKind | null;
}

type Decoder = InstanceType<typeof TextDecoder>;

/** As much is read again with the next chunk: longer than any token. */
const OVERLAP = 16_384;
/** A hit this near to a cut may be a piece of something longer; the next window sees all of it. */
const MARGIN = 128;
const WINDOW = 65_536;

function decoderFor(first: Uint8Array): Decoder {
  if (first[0] === 0xff && first[1] === 0xfe) return new TextDecoder("utf-16le");
  if (first[0] === 0xfe && first[1] === 0xff) return new TextDecoder("utf-16be");
  return new TextDecoder("utf-8");
}

function looksBinary(first: Uint8Array, decoder: Decoder): boolean {
  const isPdf = [0x25, 0x50, 0x44, 0x46].every((byte, at) => first[at] === byte);
  return isPdf || (decoder.encoding === "utf-8" && first.subarray(0, 4096).includes(0));
}

/**
 * A scanner for the bytes of a file, chunk by chunk, wherever the chunks are cut. It sees plain text (UTF-8,
 * UTF-16 with a byte order mark, ASCII in anything) and uncompressed text inside binary files. It cannot see into
 * compressed or encrypted content (ZIP, DOCX, XLSX, most of a PDF), nor read an image: "nothing found" says
 * nothing about those.
 */
export function createScanner(): Scanner {
  let decoder: Decoder | null = null;
  let isBinary = false;
  let isFirstWindow = true;
  let text = "";
  let hit: SensitiveKind | null = null;

  function scan(isLast: boolean): SensitiveKind | null {
    const from = isFirstWindow ? 0 : MARGIN;
    const to = isLast ? text.length : text.length - MARGIN;
    for (const { kind, start, end } of findAll(text, isBinary))
      if (start >= from && end <= to) return kind;
    return null;
  }

  function push(chunk: Uint8Array): void {
    if (hit !== null || chunk.length === 0) return;
    if (decoder === null) {
      decoder = decoderFor(chunk);
      isBinary = looksBinary(chunk, decoder);
    }
    for (let at = 0; at < chunk.length && hit === null; at += WINDOW) {
      const piece = chunk.subarray(at, at + WINDOW);
      text += foldText(decoder.decode(piece, { stream: true }));
      if (text.length < WINDOW) continue;
      hit = scan(false);
      text = text.slice(-OVERLAP);
      isFirstWindow = false;
    }
  }

  return { push, found: () => hit ?? scan(true) };
}
