/** Canonical JSON (RFC 8785) and its SHA-256: the bytes that sign-offs and ledger entries are bound to. */
import { hash } from "node:crypto";
import { assert } from "../fault.ts";
import { Sha256 } from "../ids.ts";

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/** The RFC 8785 text of a JSON value. Members that are undefined are left out. */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return canonicalString(value);
  if (typeof value === "number") {
    assert(Number.isFinite(value), "a canonical number is finite");
    return JSON.stringify(value);
  }
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members: string[] = [];
  // RFC 8785 §3.2.3 sorts by UTF-16 code units, as strings are sorted here without being told how.
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member !== undefined) members.push(`${canonicalString(key)}:${canonicalJson(member)}`);
  }
  return `{${members.join(",")}}`;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function canonicalString(text: string): string {
  assert(text.isWellFormed(), "canonical text has no lone surrogate");
  return JSON.stringify(text);
}

/** SHA-256 of a value's canonical JSON. */
export function hashOf(value: Json): Sha256 {
  return sha256(canonicalJson(value));
}

export function sha256(bytes: string | Uint8Array): Sha256 {
  return Sha256.parse(hash("sha256", bytes, "hex"));
}
