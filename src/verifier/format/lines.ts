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
  bytes: Buffer;
  start: number;
  /** The place of the line break. */
  end: number;
  /** From 1. */
  number: number;
  isUtf8: boolean;
}

/** A line of a file; the same object for each, valid until the next is read. */
export interface FileLine extends Line {
  /** Everything before `bytes`. */
  readonly passed: Hash;
}

/** SHA-256 of all bytes of the file before this line. */
export function digestBefore({ passed, bytes, start }: FileLine): Buffer {
  return passed.copy().update(bytes.subarray(0, start)).digest();
}

export type Ending = "whole" | "cut_off" | "line_too_long";

/** Calls for every line; answers how the file ended. */
export function readLines(
  file: string,
  visit: (line: FileLine) => void,
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
  visit: (line: FileLine) => void,
  onBytes: (total: number) => void,
): Ending {
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  const line: FileLine = {
    ...{ bytes: buffer, start: 0, end: 0, number: 0, isUtf8: true },
    passed: createHash("sha256"),
  };
  let [kept, total] = [0, 0];
  for (;;) {
    const read = readSome(descriptor, buffer, kept);
    if (read === 0) return kept === 0 ? "whole" : "cut_off";
    total += read;
    onBytes(total);
    const whole = buffer.subarray(0, buffer.subarray(0, kept + read).lastIndexOf(LINE_BREAK) + 1);
    line.bytes = whole;
    if (!visitAll(line, visit)) return "line_too_long";
    line.passed.update(whole);
    buffer.copyWithin(0, whole.length, kept + read);
    kept = kept + read - whole.length;
    if (kept > LINE_BYTES_MAX) return "line_too_long";
  }
}

/** False when a line is too long. */
function visitAll(line: FileLine, visit: (line: FileLine) => void): boolean {
  const { bytes } = line;
  const allUtf8 = isUtf8(bytes);
  for (line.start = 0; line.start < bytes.length; line.start = line.end + 1) {
    line.end = bytes.indexOf(LINE_BREAK, line.start);
    if (line.end - line.start > LINE_BYTES_MAX) return false;
    line.number += 1;
    line.isUtf8 = allUtf8 || isUtf8(bytes.subarray(line.start, line.end));
    visit(line);
  }
  return true;
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
