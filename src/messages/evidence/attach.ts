/** Asks where files and links belong that were dropped into a conversation. */
import { MOST_LINKS } from "../../domain/evidence/links.ts";
import type { MigrationView, SlotView } from "../../domain/requirements/view.ts";
import type { Choice, Field, Form } from "../form.ts";
import { KEEP_OUT, short } from "../wording.ts";

const TITLE = "Use as evidence";

/** Asks to which requirement dropped files belong; `slot` is `<requirement>.<slot>`. */
export function attachFilesForm(view: MigrationView, fileNames: readonly string[]): Form {
  const options = placesFor(view, ({ slot }) => slot.controlled !== true);
  if (options.length === 0) return nowhereForm(view, "a file");
  const named = fileNames.map((name) => `“${short(name, 60)}”`);
  const line =
    named.length === 0 ? "Choose the files and where they belong." : `Files: ${named.join(", ")}`;
  return {
    title: TITLE,
    intro: [{ title: short(view.record.customer, 100), lines: [line] }],
    fields: [
      placeField(options),
      {
        id: "files",
        type: "file",
        label: "Files",
        required: fileNames.length === 0,
        ...(fileNames.length === 0 ? {} : { help: "Leave empty to use the files named above." }),
      },
    ],
    submit: "Add",
    command: { type: "AttachFiles", migration: view.record.id },
    footnote: KEEP_OUT,
  };
}

/** Asks to which requirement links belong; a controlled document takes one link, with its hash. */
export function attachLinksForm(view: MigrationView, links: readonly string[]): Form {
  const options = placesForLinks(view);
  if (options.length === 0) return nowhereForm(view, "a link");
  const isHashAsked = hasControlledPlace(view);
  return {
    title: TITLE,
    intro: [
      {
        title: short(view.record.customer, 100),
        lines: ["I keep the link and its name. I do not open it."],
      },
    ],
    fields: [
      placeField(options),
      {
        id: "links",
        type: "text",
        label: "Links",
        help: `One on each line, at most ${MOST_LINKS}. Take out what is no evidence.`,
        required: true,
        long: true,
        maxLength: 3000,
        ...(links.length === 0 ? {} : { value: links.join("\n") }),
      },
      ...(isHashAsked ? [hashField] : []),
    ],
    submit: "Add",
    command: { type: "AttachLinks", migration: view.record.id },
    footnote: KEEP_OUT,
  };
}

const hashField: Field = {
  id: "sha256",
  type: "text",
  label: "SHA-256 of the document",
  help: "Needed for a controlled document: 64 characters, computed where it is kept.",
  required: false,
  maxLength: 64,
};

/** Where a link may become evidence: everywhere but with privileged documents, of which only a day is kept. */
export function placesForLinks(view: MigrationView): readonly Choice[] {
  return placesFor(view, () => true);
}

function hasControlledPlace(view: MigrationView): boolean {
  return placesFor(view, ({ slot }) => slot.controlled === true).length > 0;
}

function placesFor(
  { requirements }: MigrationView,
  takes: (entry: SlotView) => boolean,
): readonly Choice[] {
  const open = requirements.filter(({ satisfied }) => !satisfied);
  const taking = open.length > 0 ? open : requirements;
  return taking.flatMap(({ name, definition, evidence }) =>
    evidence
      .filter((entry) => entry.slot.restricted !== true && takes(entry))
      .map(({ slot }) => ({
        id: `${name}.${slot.id}`,
        label: short(`${short(definition.title, 36)}: ${slot.label}`, 75),
      })),
  );
}

function placeField(options: readonly Choice[]): Field {
  return { id: "slot", type: "choice", label: "What do they prove?", required: true, options };
}

function nowhereForm({ record }: MigrationView, what: string): Form {
  return {
    title: TITLE,
    intro: [
      { lines: [`Nothing in this migration takes ${what} now. The status shows what is open.`] },
    ],
    fields: [],
    submit: "Show the status",
    command: { type: "ShowStatus", migration: record.id },
  };
}
