/**
 * The state of one installation that somebody starts in a browser (RFC 6749, section 10.12): 256 random bits, kept as a
 * hash, good for one use within ten minutes, and only in the browser that started it.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { instantOf, Sha256 } from "../../../domain/ids.ts";
import { isStillGood } from "../../../domain/time/lifetime.ts";
import type { SlackInstallations, Started } from "./ports.ts";

export const STATE_MINUTES = 10;
const MINUTE = 60_000;
const SECRET = /^[A-Za-z0-9_-]{43}$/;

export interface Start {
  readonly state: string;
  /** For the browser's cookie. */
  readonly browser: string;
  readonly started: Started;
}

export function newStart(now: Date): Start {
  const state = randomBytes(32).toString("base64url");
  const browser = randomBytes(32).toString("base64url");
  const expiresAt = instantOf(new Date(now.getTime() + STATE_MINUTES * MINUTE));
  return {
    state,
    browser,
    started: { stateHash: hash(state), browserHash: hash(browser), expiresAt },
  };
}

export type StateVerdict = "good" | "missing" | "unknown" | "expired" | "other_browser";

/** Takes the state out, so that whatever comes of it, nobody can use it again. */
export async function spendState(
  installations: SlackInstallations,
  given: { readonly state: string | null; readonly browser: string | null },
  now: Date,
): Promise<StateVerdict> {
  const { state, browser } = given;
  if (state === null) return "missing";
  if (!SECRET.test(state)) return "unknown";
  const started = await installations.take(hash(state));
  if (!started) return "unknown";
  const { expiresAt } = started;
  if (!isStillGood({ expiresAt, lifetimeSeconds: STATE_MINUTES * 60 }, instantOf(now)))
    return "expired";
  if (browser === null || !isSame(hash(browser), started.browserHash)) return "other_browser";
  return "good";
}

function hash(secret: string): Sha256 {
  return Sha256.parse(createHash("sha256").update(secret).digest("hex"));
}

function isSame(left: Sha256, right: Sha256): boolean {
  return timingSafeEqual(Buffer.from(left, "hex"), Buffer.from(right, "hex"));
}

/** Over https a name that no other host or path of the domain can set. */
export function cookieName(publicUrl: string): string {
  return isHttps(publicUrl) ? "__Host-cleargate-install" : "cleargate-install";
}

/** Lax, because Slack sends the browser back by a link; an empty value takes the cookie away. */
export function cookieFor(publicUrl: string, value: string): string {
  const age = value === "" ? 0 : STATE_MINUTES * 60;
  const secure = isHttps(publicUrl) ? "; Secure" : "";
  return `${cookieName(publicUrl)}=${value}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Lax${secure}`;
}

/** Null when it is absent, of another form, or there twice. */
export function readCookie(header: string | undefined, name: string): string | null {
  const values = (header ?? "")
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  const [value] = values;
  return values.length === 1 && value !== undefined && SECRET.test(value) ? value : null;
}

function isHttps(publicUrl: string): boolean {
  return publicUrl.startsWith("https:");
}
