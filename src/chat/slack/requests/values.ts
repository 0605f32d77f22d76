/** What a person filled in, by field id; a field that was left empty is there and empty. */
import type { FormValue, FormValues, Upload } from "../../../messages/form.ts";
import type { StateEntry, Submission } from "./payloads.ts";

export interface FileSource {
  lookUp(ids: readonly string[]): Promise<readonly Upload[]>;
  /** Dropped before the form was opened; they fill a file field that was left empty. */
  readonly carried: readonly string[];
}

/** The field under which files travel that belong to no file field. */
const LOOSE_FILES = "files";

export async function readValues(
  { state, blocks }: Submission["view"],
  files: FileSource,
): Promise<FormValues> {
  const fileFields = blocks
    .filter((block) => block?.element?.type === "file_input")
    .map((block) => block?.block_id ?? "");
  const given = Object.entries(state.values).flatMap(([id, inputs]) =>
    Object.values(inputs)
      .slice(0, 1)
      .map((input) => [id, input] as const),
  );
  const read = await Promise.all(
    given.map(
      async ([id, input]): Promise<[string, FormValue]> => [
        id,
        input.type === "file_input" ? await readFiles(input, files) : readValue(input),
      ],
    ),
  );
  const missing = await readMissing(new Map(read), fileFields, files);
  return Object.fromEntries([...read, ...missing]);
}

function readValue(input: StateEntry): FormValue {
  if (input.selected_options) return input.selected_options.map(({ value }) => value);
  if (input.type === "checkboxes" || input.type === "multi_static_select") return [];
  return (
    input.selected_option?.value ?? input.selected_date ?? input.selected_user ?? input.value ?? ""
  );
}

async function readFiles(input: StateEntry, files: FileSource): Promise<readonly Upload[]> {
  const ids = (input.files ?? []).map(({ id }) => id);
  return files.lookUp(ids.length > 0 ? ids : files.carried);
}

/** Slack may leave an empty file field out; and files may have come where no field asks for them. */
async function readMissing(
  read: ReadonlyMap<string, FormValue>,
  fileFields: readonly string[],
  files: FileSource,
): Promise<[string, FormValue][]> {
  if (files.carried.length === 0) return [];
  const wanted = fileFields.length > 0 ? fileFields : [LOOSE_FILES];
  const absent = wanted.filter((id) => !read.has(id));
  if (absent.length === 0) return [];
  const uploads = await files.lookUp(files.carried);
  return absent.map((id) => [id, uploads]);
}
