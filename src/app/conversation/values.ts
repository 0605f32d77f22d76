/** Reads form values: every field arrives as text, a list of option ids, or uploads. */
import type { FormValues, Upload } from "../../messages/form.ts";

/** The trimmed text of a field; empty when it was left out. */
export function valueText(values: FormValues, field: string): string {
  const value = values[field];
  return typeof value === "string" ? value.normalize("NFC").trim() : "";
}

/** The chosen option ids of a field. */
export function valueList(values: FormValues, field: string): readonly string[] {
  const value = values[field];
  if (typeof value === "string") return value === "" ? [] : [value];
  return (value ?? []).filter((entry): entry is string => typeof entry === "string");
}

/** The uploaded files of a field. */
export function valueFiles(values: FormValues, field: string): readonly Upload[] {
  const value = values[field];
  if (value === undefined || typeof value === "string") return [];
  return value.filter((entry): entry is Upload => typeof entry !== "string");
}
