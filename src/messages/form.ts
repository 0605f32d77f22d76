/**
 * What the product asks, the same for every surface. At most six questions a page, an attestation's aside; a submission
 * comes back as the form's command with the values by field id.
 */
import type { Command } from "../domain/command.ts";
import type { Section, Text } from "./message.ts";

interface FieldBase {
  readonly id: string;
  /** At most 150 characters. */
  readonly label: string;
  readonly help?: string;
  readonly required: boolean;
}

export interface Choice {
  readonly id: string;
  /** At most 75 characters. */
  readonly label: string;
}

export type Field =
  | (FieldBase & {
      readonly type: "choice";
      readonly options: readonly Choice[];
      readonly value?: string;
    })
  | (FieldBase & {
      readonly type: "multi";
      readonly options: readonly Choice[];
      readonly value?: readonly string[];
    })
  | (FieldBase & {
      readonly type: "text";
      readonly value?: string;
      readonly long?: boolean;
      readonly maxLength?: number;
      readonly placeholder?: string;
    })
  | (FieldBase & { readonly type: "email"; readonly value?: string })
  | (FieldBase & { readonly type: "date"; readonly value?: string })
  | (FieldBase & { readonly type: "number"; readonly value?: string; readonly unit?: string })
  | (FieldBase & { readonly type: "url"; readonly value?: string })
  | (FieldBase & { readonly type: "file"; readonly accepts?: readonly string[] })
  /** A member of the workspace; the value is the platform's user id. */
  | (FieldBase & { readonly type: "user"; readonly value?: string });

export interface Form {
  /** At most 24 characters. */
  readonly title: string;
  /** Read before the fields: what is asked, why, what is signed. */
  readonly intro?: readonly Section[];
  readonly fields: readonly Field[];
  readonly submit: string;
  readonly cancel?: string;
  /** What the submission means; ids only. */
  readonly command: Command;
  readonly footnote?: Text;
}

/** A file as a surface hands it over: read once, hashed, discarded. */
export interface Upload {
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: number | null;
  /** Where the platform keeps it. */
  readonly link: string | null;
  readonly read: () => AsyncIterable<Uint8Array>;
}

export type FormValue = string | readonly string[] | readonly Upload[];
export type FormValues = Readonly<Record<string, FormValue>>;
