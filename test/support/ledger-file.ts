/**
 * A second, small implementation of the ledger's formats: RFC 6962 by recursion as the text has it, signed notes, and
 * files to check. It shares no code with the product, so that the two must agree.
 */
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  randomUUID,
  sign,
  verify,
} from "node:crypto";

export const sha = (...parts: readonly (string | Uint8Array)[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

/** MTH of RFC 6962 §2.1. */
export function treeHash(entries: readonly string[]): Buffer {
  const [first] = entries;
  if (first === undefined) return sha("");
  if (entries.length === 1) return sha("\0", first);
  const split = splitOf(entries.length);
  return sha("\u0001", treeHash(entries.slice(0, split)), treeHash(entries.slice(split)));
}

/** PATH of RFC 6962 §2.1.1. */
export function auditPath(index: number, entries: readonly string[]): readonly Buffer[] {
  if (entries.length <= 1) return [];
  const split = splitOf(entries.length);
  const [left, right] = [entries.slice(0, split), entries.slice(split)];
  return index < split
    ? [...auditPath(index, left), treeHash(right)]
    : [...auditPath(index - split, right), treeHash(left)];
}

function splitOf(size: number): number {
  return 2 ** Math.floor(Math.log2(size - 1));
}

export interface TestKey {
  readonly id: string;
  readonly vkey: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export function aKey(): TestKey {
  return keyOf(generateKeyPairSync("ed25519").privateKey);
}

export function keyOf(privateKey: KeyObject): TestKey {
  const publicKey = createPublicKey(privateKey);
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  const kindAndKey = Buffer.concat([Uint8Array.of(1), raw]);
  const id = sha("cleargate-ledger\n", kindAndKey).subarray(0, 4).toString("hex");
  const vkey = `cleargate-ledger+${id}+${kindAndKey.toString("base64")}`;
  return { id, vkey, privateKey, publicKey };
}

export function noteOf(text: string, key: TestKey): string {
  const signature = sign(null, Buffer.from(text), key.privateKey);
  const line = Buffer.concat([Buffer.from(key.id, "hex"), signature]).toString("base64");
  return `${text}\n— cleargate-ledger ${line}\n`;
}

/** What a note says and whether the key signed it. */
export function openNote(note: string, key: TestKey): { lines: readonly string[]; good: boolean } {
  const [text = "", signature = ""] = note.split("\n\n");
  const bytes = Buffer.from(signature.split(" ")[2] ?? "", "base64");
  const isOurs = bytes.subarray(0, 4).toString("hex") === key.id;
  const good = isOurs && verify(null, Buffer.from(`${text}\n`), key.publicKey, bytes.subarray(4));
  return { lines: text.split("\n"), good };
}

export function checkpointOf(
  organisation: string,
  entries: readonly string[],
  key: TestKey,
): string {
  const root = treeHash(entries).toString("base64");
  return noteOf(`cleargate/ledger/${organisation}\n${entries.length}\n${root}\n`, key);
}

export interface TestEntry {
  readonly migration: string | null;
  readonly state: boolean;
  readonly entry: string;
  readonly personal?:
    | { readonly salt: string; readonly body: string }
    | { readonly erasedAt: string }
    | { readonly held: "by counsel" };
}

/** JSON with the members of every object in order. */
export function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(",")}}`;
}

const NOTES = ["GateChecked", "ReportExported", "CommandRefused", "AuditExported"];

/** An entry with everything that belongs beside it. */
export function anEntry(
  organisation: string,
  fields: { readonly type: string; readonly [name: string]: unknown },
  personal?: unknown,
): TestEntry {
  const salt = randomBytes(32);
  const body = canonical(personal ?? null);
  const entry = canonical({
    v: 1,
    at: "2026-03-02T15:00:00.123Z",
    organisation,
    actor: { person: randomUUID() },
    ...fields,
    ...(personal === undefined ? {} : { personal: sha(salt, body).toString("hex") }),
  });
  return {
    migration: typeof fields.migrationId === "string" ? fields.migrationId : null,
    state: !NOTES.includes(fields.type),
    entry,
    ...(personal === undefined ? {} : { personal: { salt: salt.toString("base64"), body } }),
  };
}

export interface BundleParts {
  readonly organisation: string;
  readonly key: TestKey;
  readonly entries: readonly TestEntry[];
  /** After which entries a checkpoint stands; the last always has one. */
  readonly checkpointAt?: readonly number[];
  readonly keyAt?: (size: number) => TestKey;
}

export function bundleLines(parts: BundleParts): readonly string[] {
  const { organisation, key, entries } = parts;
  const at = [...new Set([...(parts.checkpointAt ?? []), entries.length])];
  const texts = entries.map(({ entry }) => entry);
  const body = entries.flatMap(({ migration, state, entry, personal }, index) => {
    const n = index + 1;
    const line = JSON.stringify({ n, migration, state, entry, personal });
    if (!at.includes(n)) return [line];
    const signer = parts.keyAt?.(n) ?? key;
    const checkpoint = checkpointOf(organisation, texts.slice(0, n), signer);
    return [line, JSON.stringify({ checkpoint })];
  });
  const header = JSON.stringify({
    format: "cleargate-bundle-1",
    organisation,
    exportedAt: "2026-03-09T09:00:00.000Z",
    entries: entries.length,
    checkpoints: at.length,
  });
  return [header, ...body];
}

/** The lines as a file, with a seal over them. */
export function sealLines(
  lines: readonly string[],
  { organisation, key, entries }: { organisation: string; key: TestKey; entries: number },
): string {
  const text = lines.map((line) => `${line}\n`).join("");
  const seal = noteOf(
    `cleargate/bundle/${organisation}\n${entries}\n${sha(text).toString("base64")}\n`,
    key,
  );
  return `${text}${JSON.stringify({ seal })}\n`;
}

export function bundleOf(parts: BundleParts): string {
  return sealLines(bundleLines(parts), { ...parts, entries: parts.entries.length });
}

/** The proof of one entry, from 1. */
export function proofOf({ organisation, key, entries }: BundleParts, n: number): string {
  const texts = entries.map(({ entry }) => entry);
  const { entry, personal } = entries[n - 1] ?? { entry: "" };
  return `${JSON.stringify({
    format: "cleargate-proof-1",
    n,
    entry,
    personal,
    proof: auditPath(n - 1, texts).map((hash) => hash.toString("hex")),
    checkpoint: checkpointOf(organisation, texts, key),
  })}\n`;
}
