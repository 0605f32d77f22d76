/** Refuses card numbers, social security numbers, keys and record numbers before anything is stored or logged. */
import type { Command } from "../../domain/command.ts";
import type { Refusal } from "../../domain/refusal.ts";
import { findSensitiveText } from "../../domain/sensitive-text/scan.ts";
import type { FormValue, FormValues } from "../../messages/form.ts";

/** Sensitive text among the words that a person typed, as a refusal: an answer may repeat what it did not understand. */
export function refuseSensitiveWords(text: string): Refusal | null {
  const kind = findSensitiveText(text);
  return kind && { refused: "sensitive_text", kind, where: "message" };
}

/** The first field or word of a command that holds sensitive text, as a refusal. */
export function refuseSensitiveValues(command: Command, values: FormValues): Refusal | null {
  for (const [field, value] of [...Object.entries(values), ...Object.entries(command)]) {
    const inName = findSensitiveText(field);
    if (inName) return { refused: "sensitive_text", kind: inName, where: "the name of a field" };
    for (const text of textsOf(value)) {
      const kind = findSensitiveText(text);
      if (kind) return { refused: "sensitive_text", kind, where: field };
    }
  }
  return null;
}

function textsOf(value: FormValue | number | boolean | undefined): readonly string[] {
  if (typeof value === "string") return [value];
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown) => {
    if (typeof entry === "string") return [entry];
    return isNamed(entry) ? [entry.name] : [];
  });
}

function isNamed(entry: unknown): entry is { readonly name: string } {
  return (
    typeof entry === "object" && entry !== null && "name" in entry && typeof entry.name === "string"
  );
}
