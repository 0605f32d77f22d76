import { decideEvidence } from "../../domain/evidence/decide.ts";
import type { Fact } from "../../domain/facts.ts";
import { EvidenceId, type MigrationId, type RequirementName } from "../../domain/ids.ts";
import type { FileFacts } from "../../domain/migrations/record.ts";
import { isRefusal, type Refusal } from "../../domain/refusal.ts";
import { evidenceSaved } from "../../messages/interview.ts";
import { valueFiles, valueText } from "../conversation/values.ts";
import { type Changed, changeMigration } from "../migrations/change.ts";
import type { Context, UseCase } from "../ports.ts";
import { examineFile } from "./examine-file.ts";

/** Keeps the facts of an evidence item: a file's hash, a link, or that counsel holds it. */
export const saveEvidence: UseCase<"SaveEvidence"> = async (context, command) => {
  const { migration, requirement } = command;
  const files = await examineAll(context, "file");
  if (isRefusal(files)) return files;
  const changed = await keepEvidence(context, {
    migration,
    requirement,
    slot: valueText(context.values, "slot"),
    files,
  });
  if (isRefusal(changed)) return changed;
  const { view } = changed.after;
  const item = view.requirements.find(({ name }) => name === requirement);
  if (!item) return { refused: "out_of_date" };
  return { kind: "show", message: evidenceSaved(view, item) };
};

/** Hashes every uploaded file of a field; the first one that is refused refuses all. */
export async function examineAll(
  context: Context,
  field: string,
): Promise<readonly FileFacts[] | Refusal> {
  const examined: FileFacts[] = [];
  for (const upload of valueFiles(context.values, field)) {
    const facts = await examineFile(upload);
    if (isRefusal(facts)) return facts;
    examined.push(facts);
  }
  return examined;
}

interface Given {
  readonly migration: MigrationId;
  readonly requirement: RequirementName;
  readonly slot: string;
  readonly files: readonly FileFacts[];
  /** Said together; absent: the one of the form, if there is one. */
  readonly links?: readonly string[];
}

/** Records evidence for a slot, one fact a file or link, or one for a held document. */
export function keepEvidence(context: Context, given: Given): Promise<Changed | Refusal> {
  const { values, deps } = context;
  return changeMigration(context, given.migration, ({ view }) => {
    const facts: Fact[] = [];
    for (const { file, link } of piecesOf(context, given)) {
      const decided = decideEvidence({
        view,
        requirement: given.requirement,
        slot: given.slot,
        evidenceId: EvidenceId.parse(deps.newId()),
        file,
        link,
        sha256: valueText(values, "sha256"),
        name: valueText(values, "name"),
        heldOn: valueText(values, "held_on"),
      });
      if (isRefusal(decided)) return decided;
      facts.push(...decided.facts);
    }
    return facts;
  });
}

function piecesOf(
  { values }: Context,
  { files, links = [valueText(values, "link")] }: Given,
): readonly { readonly file: FileFacts | null; readonly link: string }[] {
  if (files.length === 0) return links.map((link) => ({ file: null, link }));
  return files.map((file) => ({ file, link: valueText(values, "link") }));
}
