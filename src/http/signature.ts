/** Whether a request comes from whom it says: its proof over the raw bytes, and how far its time is from ours. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { SharedScheme } from "../app/front-ports.ts";

export interface Signed {
  /** The text of a header that was sent exactly once. */
  readonly header: (name: string) => string | undefined;
  readonly body: Buffer;
  readonly now: Date;
}

export type Verdict =
  | { readonly ok: true; readonly id: string | null; readonly signature: string }
  | { readonly ok: false; readonly why: "unsigned" | "bad_signature" | "wrong_time" };

type HmacScheme = Extract<SharedScheme, { kind: "hmac" }>;

/** More signatures than this in one header are not looked at. */
const CANDIDATES_MAX = 4;
const DIGEST_BYTES = 32;

/** Of a scheme whose keys are shared with the sender. */
export function verifySignature(
  scheme: SharedScheme,
  keys: readonly Buffer[],
  signed: Signed,
): Verdict {
  return scheme.kind === "token"
    ? verifyToken(scheme.header, keys, signed)
    : verifyHmac(scheme, keys, signed);
}

function verifyHmac(scheme: HmacScheme, keys: readonly Buffer[], signed: Signed): Verdict {
  const { header, body, now } = signed;
  const timestamp = scheme.time && readShape(header(scheme.time.header), scheme.time.shape);
  const id = scheme.id && readShape(header(scheme.id.header), scheme.id.shape);
  const candidates = readCandidates(scheme, header(scheme.signature.header));
  if (candidates.length === 0) return { ok: false, why: "unsigned" };
  if ((scheme.time && !timestamp) || (scheme.id && !id)) return { ok: false, why: "unsigned" };
  const prefix = scheme.prefix({ id: id ?? "", timestamp: timestamp ?? "" });
  const expected = keys.map((key) =>
    createHmac("sha256", key).update(prefix).update(body).digest(),
  );
  const found = candidates.find((given) => matchesAny(given, expected));
  if (!found) return { ok: false, why: "bad_signature" };
  if (!isInTime(scheme, Number(timestamp), now)) return { ok: false, why: "wrong_time" };
  return { ok: true, id, signature: found.toString("hex") };
}

/** Neither too old nor from the future. What is no number is in no time. */
function isInTime({ time }: HmacScheme, seconds: number, now: Date): boolean {
  return time === null || Math.abs(now.getTime() / 1000 - seconds) <= time.windowSeconds;
}

/** The secret words are compared as digests, so that their length tells nothing either. */
function verifyToken(name: string, keys: readonly Buffer[], { header, body }: Signed): Verdict {
  const given = header(name);
  if (!given) return { ok: false, why: "unsigned" };
  const hash = (text: string | Buffer): Buffer => createHash("sha256").update(text).digest();
  return matchesAny(hash(given), keys.map(hash))
    ? { ok: true, id: null, signature: hash(body).toString("hex") }
    : { ok: false, why: "bad_signature" };
}

/** The token of an Authorization header; null without one. */
export function readBearer(header: string | undefined): string | null {
  return header === undefined ? null : readShape(header, /^Bearer ([A-Za-z0-9._~+/=-]{1,8192})$/i);
}

export function hashOf(body: Buffer): string {
  return createHash("sha256").update(body).digest("hex");
}

function readCandidates({ signature }: HmacScheme, text: string | undefined): readonly Buffer[] {
  if (text === undefined) return [];
  const parts = signature.several ? text.split(" ", CANDIDATES_MAX) : [text];
  return parts
    .map((part) => readShape(part, signature.shape))
    .filter((part) => part !== null)
    .map((part) => Buffer.from(part, signature.encoding))
    .filter(({ byteLength }) => byteLength === DIGEST_BYTES);
}

function readShape(text: string | undefined, shape: RegExp): string | null {
  return text === undefined ? null : (shape.exec(text)?.[1] ?? null);
}

/** Looks at every key, whichever fits. */
function matchesAny(given: Buffer, expected: readonly Buffer[]): boolean {
  return expected.map((one) => timingSafeEqual(one, given)).includes(true);
}
