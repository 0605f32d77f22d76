/** Fills a neutral form as the web chat's page does, and packs files as it sends them. */
import type { Field, Form } from "../../src/messages/form.ts";
import type { Filling, GivenFile } from "../support/slack/driver/fill.ts";

export interface Carried {
  readonly field: string;
  readonly file: GivenFile;
}

/** Values and files by field id; what is not given keeps its prefilled value. */
export function fillForm(form: Form, filling: Filling) {
  const keyOf = ({ id, label }: Field): string => (Object.hasOwn(filling, id) ? id : label);
  const keys = form.fields.map(keyOf);
  const unknown = Object.keys(filling).filter((key) => !keys.includes(key));
  if (unknown.length > 0) {
    const known = form.fields.map(({ id, label }) => `${id} (${label})`).join("; ");
    throw new Error(`the form has no field ${unknown.join(", ")}; it has ${known}`);
  }
  const files = form.fields.flatMap((field) => filesOf(field, filling[keyOf(field)]));
  const values = form.fields
    .filter(({ type }) => type !== "file")
    .map((field) => [field.id, givenValue(field, filling[keyOf(field)])] as const)
    .filter(([, value]) => value !== undefined);
  return { values: Object.fromEntries(values), files };
}

function filesOf(field: Field, given: Filling[string] | undefined): readonly Carried[] {
  if (field.type !== "file" || given === undefined || typeof given === "string") return [];
  return given.flatMap((file) => (typeof file === "string" ? [] : [{ field: field.id, file }]));
}

function givenValue(field: Field, given: Filling[string] | undefined) {
  if (given !== undefined) return pick(field, given);
  return "value" in field ? field.value : undefined;
}

function pick(field: Field, given: Filling[string]): string | readonly string[] {
  const texts = (typeof given === "string" ? [given] : given).filter(
    (entry): entry is string => typeof entry === "string",
  );
  if (!("options" in field)) return texts[0] ?? "";
  const ids = texts.map((text) => {
    const option = field.options.find(({ id, label }) => id === text || label === text);
    if (!option && text !== "") {
      const known = field.options.map(({ id }) => id).join(", ");
      throw new Error(`${field.id} has no option ${text}; there are ${known}`);
    }
    return option?.id ?? "";
  });
  return field.type === "multi" ? ids : (ids[0] ?? "");
}

/** One line of JSON, then the bytes of the files. */
export function parcel(head: object, files: readonly Carried[]): Uint8Array<ArrayBuffer> {
  const contents = files.map(({ file }) => Buffer.from(file.content));
  const declared = files.map(({ field, file }, index) => ({
    field,
    name: file.name,
    bytes: contents[index]?.byteLength ?? 0,
    mimeType: "application/pdf",
  }));
  const line = Buffer.from(`${JSON.stringify({ ...head, files: declared })}\n`);
  return Uint8Array.from(Buffer.concat([line, ...contents]));
}
