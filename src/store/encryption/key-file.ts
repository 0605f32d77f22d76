/**
 * Keys from a file that only its owner may read: one `id:base64(32 bytes)` a line, the newest first. The first
 * line wraps, every line unwraps. A problem is one sentence without any of the file's content.
 */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { associate, KEY_BYTES, seal, unseal } from "./cipher.ts";
import { type Binding, type KeyService, Undecipherable } from "./key-service.ts";

interface Key {
  readonly id: string;
  readonly bytes: Buffer;
}

const LINE = /^([A-Za-z0-9_.-]{1,40}):([A-Za-z0-9+/]{2,}={0,2})$/;
const MAX_BYTES = 64 * 1024;
const SHAPE = "id:base64 of 32 bytes";

/** The file's keys as a key service; `missing` when there is no such file. */
export function openKeyFile(file: string): KeyService | "missing" | { readonly problem: string } {
  const read = readText(file);
  if (typeof read !== "string") return "missing" in read ? "missing" : read;
  const keys = parseKeys(read);
  return "problem" in keys ? { problem: `${keys.problem}.` } : serveKeys(keys);
}

/** A new file with one fresh key, for its owner only. One that another process made first is left as it is. */
export function createKeyFile(file: string, id: string): void {
  const line = `${id}:${randomBytes(KEY_BYTES).toString("base64")}\n`;
  // Whole or not at all: another process must never read half a key.
  const aside = `${file}.${randomBytes(6).toString("hex")}`;
  const handle = openSync(aside, "wx", 0o600);
  try {
    writeSync(handle, line);
    fsyncSync(handle);
    linkSync(aside, file);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  } finally {
    closeSync(handle);
    rmSync(aside, { force: true });
  }
}

function readText(
  file: string,
): string | { readonly missing: true } | { readonly problem: string } {
  let handle: number;
  try {
    handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return { missing: true };
    return { problem: `cannot be read (${code})` };
  }
  try {
    const { mode, size } = fstatSync(handle);
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) return { problem: "is not a file." };
    if ((mode & 0o077) !== 0)
      return {
        problem: "may be read or changed by others than its owner; set its mode with chmod 600.",
      };
    if (size > MAX_BYTES) return { problem: "is far too large for a key file." };
    return readFileSync(handle, "utf8");
  } finally {
    closeSync(handle);
  }
}

function parseKeys(text: string): readonly Key[] | { readonly problem: string } {
  const keys: Key[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line === "") continue;
    const key = parseKey(line);
    if ("problem" in key) return { problem: `line ${index + 1} ${key.problem}` };
    if (keys.some(({ id }) => id === key.id))
      return { problem: `line ${index + 1} repeats the id of an earlier key` };
    if (keys.some(({ bytes }) => bytes.equals(key.bytes)))
      return { problem: `line ${index + 1} repeats an earlier key under another id` };
    keys.push(key);
  }
  return keys.length > 0 ? keys : { problem: `holds no key; it needs a line of ${SHAPE}` };
}

function parseKey(line: string): Key | { readonly problem: string } {
  const [, id, encoded] = LINE.exec(line) ?? [];
  if (id === undefined || encoded === undefined)
    return { problem: `is not of the form ${SHAPE}, without spaces or carriage returns` };
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.length !== KEY_BYTES)
    return { problem: `holds a key of another length; it must have ${KEY_BYTES} bytes` };
  if (new Set(bytes).size < 8) return { problem: "holds an example, not a random key" };
  return { id, bytes };
}

function serveKeys(keys: readonly Key[]): KeyService {
  const [current] = keys;
  if (current === undefined) throw new Undecipherable("There is no key.");
  return {
    currentKeyId: current.id,
    keyIds: keys.map(({ id }) => id),
    async wrap(dataKey, binding) {
      return { keyId: current.id, bytes: seal(current.bytes, dataKey, bind(current.id, binding)) };
    },
    async unwrap({ keyId, bytes }, binding) {
      const key = keys.find(({ id }) => id === keyId);
      if (!key) throw new Undecipherable("Its key is not in the key file.");
      return unseal(key.bytes, bytes, bind(key.id, binding));
    },
  };
}

function bind(keyId: string, binding: Binding): string {
  const parts = Object.keys(binding)
    .sort()
    .flatMap((name) => [name, binding[name] ?? ""]);
  return associate(["wrap", keyId, ...parts]);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown";
}
