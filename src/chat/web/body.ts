/** Reads what a page sent, field by field; anything else than expected is a rejection with a sentence. */
import { Command } from "../../domain/command.ts";
import { findSensitiveText } from "../../domain/sensitive-text/scan.ts";
import { refusalSentence } from "../../messages/refusal.ts";
import { Rejection } from "./guard.ts";
import { findWebPerson, type WebPerson } from "./people.ts";

export type Body = Readonly<Record<string, unknown>>;

export const MAX_TEXT = 4000;
const MAX_FIELDS = 40;
const MAX_FIELD_TEXT = 20_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Names that would reach into an object's prototype. */
const RESERVED = new Set(["__proto__", "constructor", "prototype"]);

export function readBody(value: unknown): Body {
  if (!isBody(value)) throw new Rejection(400, "The request must be a JSON object.");
  return value;
}

function isBody(value: unknown): value is Body {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function readPerson(body: Body): WebPerson {
  const person = findWebPerson(body.as);
  if (!person) throw new Rejection(404, "Nobody of that name is in this workspace.");
  return person;
}

export function readId(body: Body, name: string): string {
  const value = body[name];
  if (typeof value !== "string" || !/^[a-z0-9-]{1,80}$/.test(value)) {
    throw new Rejection(400, `"${name}" must be the id of something in this chat.`);
  }
  return value;
}

export function readOptionalId(body: Body, name: string): string | null {
  return body[name] === undefined || body[name] === null ? null : readId(body, name);
}

export function readEventId(body: Body): string {
  const value = body.eventId;
  if (typeof value !== "string" || !UUID.test(value)) {
    throw new Rejection(400, '"eventId" must be a UUID, the same one when a request is repeated.');
  }
  return value;
}

export function readText(body: Body): string {
  const value = body.text;
  if (typeof value !== "string" || value.trim() === "") {
    throw new Rejection(400, "There is nothing to send yet: type something first.");
  }
  if (value.length > MAX_TEXT) {
    throw new Rejection(
      400,
      `This is ${value.length} characters long; a message has room for ${MAX_TEXT}.`,
    );
  }
  if (!isStorable(value)) {
    throw new Rejection(400, "This holds a character that cannot be stored. Please retype it.");
  }
  return value;
}

/** What everybody will see is kept as it was typed, so it must hold nothing that may not be kept. */
export function rejectSensitive(text: string, where: string): void {
  const kind = findSensitiveText(text);
  if (kind) throw new Rejection(400, refusalSentence({ refused: "sensitive_text", kind, where }));
}

/** No NUL and no half of a surrogate pair: PostgreSQL can keep neither in JSON. */
export function isStorable(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}

export function readCommand(body: Body): Command {
  const parsed = Command.safeParse(body.command);
  if (!parsed.success) throw new Rejection(400, "This button is not one of ours.");
  return parsed.data;
}

export type TypedValue = string | readonly string[];

export function readValues(body: Body): Readonly<Record<string, TypedValue>> {
  if (body.values === undefined) return {};
  const entries = Object.entries(readBody(body.values));
  if (entries.length > MAX_FIELDS) throw new Rejection(400, "The form has too many fields.");
  return Object.fromEntries(entries.map(([id, value]) => [readFieldId(id), readValue(id, value)]));
}

export function readFieldId(id: unknown): string {
  if (typeof id !== "string" || id === "" || id.length > 200 || RESERVED.has(id)) {
    throw new Rejection(400, "The form has a field that is not ours.");
  }
  return id;
}

function readValue(id: string, value: unknown): TypedValue {
  const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = parts.filter((part) => typeof part === "string");
  if (texts.length !== parts.length || texts.length > 200) {
    throw new Rejection(400, `The answer to "${id}" must be text or a list of texts.`);
  }
  return Array.isArray(value) ? texts : (texts[0] ?? "");
}

/** The fields whose text cannot be kept, each with the sentence that stands beside it. */
export function findFaults(
  values: Readonly<Record<string, TypedValue>>,
): Readonly<Record<string, string>> | null {
  const faults = Object.entries(values).flatMap(([id, value]) => {
    const sentence = findFault(typeof value === "string" ? [value] : value);
    return sentence === null ? [] : [[id, sentence] as const];
  });
  return faults.length === 0 ? null : Object.fromEntries(faults);
}

function findFault(texts: readonly string[]): string | null {
  if (!texts.every(isStorable)) {
    return "This holds a character that cannot be stored. Please retype it.";
  }
  const isTooLong = texts.some((text) => text.length > MAX_FIELD_TEXT);
  return isTooLong ? `This is too long: there is room for ${MAX_FIELD_TEXT} characters.` : null;
}
