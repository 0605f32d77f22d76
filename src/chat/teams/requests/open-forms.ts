/**
 * Forms that people have before them, so that what has to be mended can stand beside its field. Only as long as this
 * process remembers: else the sentences are told, and the card keeps what was typed.
 */
import { randomUUID } from "node:crypto";
import type { Form, FormValues } from "../../../messages/form.ts";
import type { FormOptions } from "../render-form.ts";

export interface OpenForm {
  readonly form: Form;
  /** Whose it is. */
  readonly owner: string;
  readonly options: Pick<FormOptions, "place" | "files" | "people">;
}

export interface OpenForms {
  open(opened: OpenForm): string;
  find(id: string | null): OpenForm | null;
  /** The form of this person that waits for a file, if nothing was said to them since: cards have no field for one. */
  awaitingFile(owner: string): OpenForm | null;
  /** Something else was said to the person. */
  leave(owner: string): void;
  /** It was answered. */
  close(id: string | null): void;
}

const MOST = 2_000;
const WAITS_MS = 60 * 60 * 1_000;

export function createOpenForms(): OpenForms {
  const forms = new Map<string, OpenForm & { readonly until: number }>();
  const waiting = new Map<string, string>();
  return {
    open(opened) {
      const id = randomUUID();
      const [oldest] = forms.keys();
      if (forms.size >= MOST && oldest !== undefined) forms.delete(oldest);
      forms.set(id, { ...opened, until: performance.now() + WAITS_MS });
      waiting.delete(opened.owner);
      if (waiting.size >= MOST) waiting.clear();
      if (takesFiles(opened.form)) waiting.set(opened.owner, id);
      return id;
    },
    find: (id) => (id === null ? null : (forms.get(id) ?? null)),
    awaitingFile(owner) {
      const form = forms.get(waiting.get(owner) ?? "");
      return form && form.until > performance.now() ? form : null;
    },
    leave(owner) {
      waiting.delete(owner);
    },
    close(id) {
      if (id !== null) forms.delete(id);
    },
  };
}

function takesFiles({ fields }: Form): boolean {
  return fields.some(({ type }) => type === "file");
}

/** What was filled in, with an empty text for what was left out, as far as the form is remembered. */
export function readValues(
  typed: Readonly<Record<string, string | readonly string[]>>,
  form: Form | undefined,
): FormValues {
  const empty = (form?.fields ?? []).flatMap((field): [string, string | readonly string[]][] => {
    if (field.type === "file") return [];
    return [[field.id, field.type === "multi" ? [] : ""]];
  });
  return { ...Object.fromEntries(empty), ...typed };
}
