/**
 * Files as a page sends them: one line of JSON that says what they are for, then their bytes one after another. They
 * flow through to whoever reads them and are kept nowhere.
 */
import type { Upload } from "../../messages/form.ts";
import { type Body, isStorable, readBody, readFieldId } from "./body.ts";
import { Rejection } from "./guard.ts";

export const UPLOAD_TYPE = "application/vnd.cleargate.upload";
export const MAX_UPLOAD_MEGABYTES = 25;
export const MAX_UPLOAD_BYTES = MAX_UPLOAD_MEGABYTES * 1024 * 1024;
const MAX_HEAD_BYTES = 256 * 1024;
const MAX_FILES = 20;
const NEWLINE = 10;

interface Declared {
  readonly field: string;
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: number;
}

export interface Parcel {
  readonly body: Body;
  /** By field, in the order in which they were sent. */
  readonly uploads: Readonly<Record<string, readonly Upload[]>>;
}

const tooLarge = () =>
  new Rejection(
    413,
    `Files may have ${MAX_UPLOAD_MEGABYTES} MB together. Send a link to a larger one instead.`,
  );

/** Reads the line of JSON; the bytes after it flow when an upload is read. */
export async function receiveParcel(stream: AsyncIterable<Uint8Array>): Promise<Parcel> {
  const source = readInPieces(stream);
  const body = readBody(parseJson(await source.readLine()));
  const files = readDeclared(body.files);
  const parts = splitFiles(source, files);
  const uploads = new Map<string, Upload[]>();
  for (const [index, file] of files.entries()) {
    const { name, mimeType, bytes } = file;
    const upload = { name, mimeType, bytes, link: null, read: () => parts.read(index) };
    uploads.set(file.field, [...(uploads.get(file.field) ?? []), upload]);
  }
  return { body, uploads: Object.fromEntries(uploads) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Rejection(400, "The upload does not say what its files are for.");
  }
}

function readDeclared(value: unknown): readonly Declared[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_FILES) {
    throw new Rejection(400, `An upload carries 1 to ${MAX_FILES} files.`);
  }
  const files = value.map((each: unknown) => readFile(readBody(each)));
  if (files.reduce((sum, file) => sum + file.bytes, 0) > MAX_UPLOAD_BYTES) throw tooLarge();
  return files;
}

function readFile(file: Body): Declared {
  const { name, bytes, mimeType } = file;
  if (typeof name !== "string" || name === "" || name.length > 255 || !isStorable(name)) {
    throw new Rejection(400, "A file needs a name of at most 255 characters.");
  }
  if (typeof bytes !== "number" || !Number.isSafeInteger(bytes) || bytes < 0) {
    throw new Rejection(400, "A file needs its size in bytes.");
  }
  const type = typeof mimeType === "string" && /^[\w.+-]+\/[\w.+-]+$/.test(mimeType);
  return {
    field: readFieldId(file.field),
    name,
    bytes,
    mimeType: type ? mimeType.slice(0, 100) : "application/octet-stream",
  };
}

interface Source {
  readLine(): Promise<string>;
  /** The next piece of at most `most` bytes; null at the end. */
  readPiece(most: number): Promise<Uint8Array | null>;
}

function readInPieces(stream: AsyncIterable<Uint8Array>): Source {
  const chunks = stream[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array();
  async function readPiece(most: number): Promise<Uint8Array | null> {
    while (rest.length === 0) {
      const next = await chunks.next();
      if (next.done) return null;
      rest = next.value;
    }
    const piece = rest.subarray(0, most);
    rest = rest.subarray(piece.length);
    return piece;
  }
  async function readLine(): Promise<string> {
    let head = Buffer.alloc(0);
    while (!head.includes(NEWLINE)) {
      if (head.length > MAX_HEAD_BYTES) {
        throw new Rejection(413, "The upload says too much about its files.");
      }
      const piece = await readPiece(MAX_HEAD_BYTES);
      if (piece === null) throw new Rejection(400, "The upload ended before it began.");
      head = Buffer.concat([head, piece]);
    }
    const end = head.indexOf(NEWLINE);
    rest = Buffer.concat([head.subarray(end + 1), rest]);
    return head.toString("utf8", 0, end);
  }
  return { readLine, readPiece };
}

/** Lets files be read in any order: those that are skipped over wait in memory, at most 25 MB. */
function splitFiles(
  source: Source,
  files: readonly Declared[],
): { read(index: number): AsyncIterable<Uint8Array> } {
  const kept = new Map<number, readonly Uint8Array[]>();
  let next = 0;
  let left = 0;
  let turn: Promise<unknown> = Promise.resolve();

  async function* take(): AsyncGenerator<Uint8Array> {
    while (left > 0) {
      const piece = await source.readPiece(left);
      if (piece === null) throw new Rejection(400, "The upload ended in the middle of a file.");
      left -= piece.length;
      yield piece;
    }
  }
  /** The next file, after what nobody read of the one before. */
  async function* takeNext(): AsyncGenerator<Uint8Array> {
    await collect(take());
    left = files[next]?.bytes ?? 0;
    next += 1;
    yield* take();
  }
  async function skipTo(index: number): Promise<void> {
    while (next < index) {
      const skipped = next;
      kept.set(skipped, await collect(takeNext()));
    }
  }
  async function* read(index: number): AsyncGenerator<Uint8Array> {
    const before = turn;
    const { promise, resolve } = withResolvers();
    turn = promise;
    await before;
    try {
      await skipTo(index);
      const waiting = kept.get(index);
      kept.delete(index);
      if (waiting) yield* waiting;
      else if (next === index) yield* takeNext();
      else throw new Rejection(400, "A file of an upload is read once.");
    } finally {
      resolve();
    }
  }
  return { read };
}

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  const collected: Uint8Array[] = [];
  for await (const piece of pieces) collected.push(piece);
  return collected;
}

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
