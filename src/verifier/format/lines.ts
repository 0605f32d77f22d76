/** Reads a file line by line through one buffer, whatever its size, and hashes what it has passed. */
import { isUtf8 } from "node:buffer";
import { createHash, type Hash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { unchecked } from "./finding.ts";

/** No entry that Cleargate writes comes near it. */
export const LINE_BYTES_MAX = 1024 * 1024;
const BUFFER_BYTES = 4 * LINE_BYTES_MAX;
const LINE_BREAK = 0x0a;

export interface Line {
  /** Valid until the next line is read. */
  readonly bytes: Buffer;
  readonly start: number;
  /** The place of the line break. */
  readonly end: number;
  /** From 1. */
  readonly number: number;
  readonly isUtf8: boolean;
  /** SHA-256 of all bytes of the file before this line. */
  readonly digestBefore: () => Buffer;
}

export type Ending = "whole" | "cut_off" | "line_too_long";

/** Calls for every line; answers how the file ended. */
export function readLines(
  file: string,
  visit: (line: Line) => void,
  onBytes: (total: number) => void = () => undefined,
): Ending {
  const descriptor = openFile(file, "The file");
  try {
    return readAll(descriptor, visit, onBytes);
  } finally {
    closeSync(descriptor);
  }
}

function openFile(file: string, name: string): number {
  try {
    return openSync(file, "r");
  } catch (error) {
    throw unchecked(`${name} cannot be opened (${codeOf(error)}).`);
  }
}

function readAll(
  descriptor: number,
  visit: (line: Line) => void,
  onBytes: (total: number) => void,
): Ending {
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  const passed = createHash("sha256");
  let [kept, lines, total] = [0, 0, 0];
  for (;;) {
    const read = readSome(descriptor, buffer, kept);
    if (read === 0) return kept === 0 ? "whole" : "cut_off";
    total += read;
    onBytes(total);
    const whole = buffer.subarray(0, buffer.subarray(0, kept + read).lastIndexOf(LINE_BREAK) + 1);
    const visited = visitAll({ bytes: whole, lines, passed }, visit);
    if (visited === "line_too_long") return visited;
    lines = visited;
    passed.update(whole);
    buffer.copyWithin(0, whole.length, kept + read);
    kept = kept + read - whole.length;
    if (kept > LINE_BYTES_MAX) return "line_too_long";
  }
}

interface Block {
  /** Whole lines. */
  readonly bytes: Buffer;
  /** How many there were before. */
  readonly lines: number;
  readonly passed: Hash;
}

/** Answers how many lines there were up to here. */
function visitAll(
  { bytes, lines, passed }: Block,
  visit: (line: Line) => void,
): number | "line_too_long" {
  const allUtf8 = isUtf8(bytes);
  let number = lines;
  for (let start = 0; start < bytes.length; ) {
    const from = start;
    const end = bytes.indexOf(LINE_BREAK, from);
    if (end - from > LINE_BYTES_MAX) return "line_too_long";
    number += 1;
    visit({
      bytes,
      start: from,
      end,
      number,
      isUtf8: allUtf8 || isUtf8(bytes.subarray(from, end)),
      digestBefore: () => passed.copy().update(bytes.subarray(0, from)).digest(),
    });
    start = end + 1;
  }
  return number;
}

function readSome(descriptor: number, buffer: Buffer, from: number): number {
  try {
    return readSync(descriptor, buffer, from, buffer.length - from, null);
  } catch (error) {
    throw unchecked(`The file cannot be read (${codeOf(error)}).`);
  }
}

/** A small file whole: keys, kept checkpoints, a report. */
export function readSmallFile(
  file: string,
  { name, bytesMax }: { readonly name: string; readonly bytesMax: number },
): Buffer {
  const descriptor = openFile(file, name);
  const parts: Buffer[] = [];
  let filled = 0;
  try {
    while (filled <= bytesMax) {
      const part = Buffer.allocUnsafe(64 * 1024);
      const read = readSome(descriptor, part, 0);
      if (read === 0) return Buffer.concat(parts);
      parts.push(part.subarray(0, read));
      filled += read;
    }
  } finally {
    closeSync(descriptor);
  }
  throw unchecked(`${name} is larger than ${Math.ceil(bytesMax / 1024)} KiB.`);
}

const BEGINNING_BYTES = 64;

/** The first bytes, which tell its kind; none of a pipe, which could not be read again. */
export function readBeginning(file: string): Buffer {
  const descriptor = openFile(file, "The file");
  try {
    if (!fstatSync(descriptor).isFile()) return Buffer.alloc(0);
    const beginning = Buffer.alloc(BEGINNING_BYTES);
    return beginning.subarray(0, readSome(descriptor, beginning, 0));
  } finally {
    closeSync(descriptor);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown";
}
