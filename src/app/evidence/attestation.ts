import { type AttestationWarning, decideAttestation } from "../../domain/evidence/attestation.ts";
import { EvidenceId } from "../../domain/ids.ts";
import { isRefusal } from "../../domain/refusal.ts";
import { attestationForm, evidenceSaved } from "../../messages/interview.ts";
import { valueList, valueText } from "../conversation/values.ts";
import { changeMigration } from "../migrations/change.ts";
import { withItem } from "../migrations/find.ts";
import type { UseCase } from "../ports.ts";
import { examineAll } from "./save.ts";

/** Asks for the written word of a person outside: who, in what form, when, and the document. */
export const addAttestation: UseCase<"AddAttestation"> = (context, command) =>
  withItem(context, command, ({ view, requirement }) => ({
    kind: "form",
    form: attestationForm(view, requirement),
  }));

/** Keeps the attestation; a member signs on it later. */
export const saveAttestation: UseCase<"SaveAttestation"> = async (context, command) => {
  const { migration, requirement } = command;
  const files = await examineAll(context, "document");
  if (isRefusal(files)) return files;
  const text = (field: string): string => valueText(context.values, field);
  let warnings: readonly AttestationWarning[] = [];
  const changed = await changeMigration(context, migration, ({ view }) => {
    const decided = decideAttestation({
      view,
      requirement,
      evidenceId: EvidenceId.parse(context.deps.newId()),
      role: text("role"),
      from: {
        name: text("name"),
        title: text("title"),
        organisation: text("organisation"),
        email: text("email"),
      },
      form: text("form"),
      statement: text("statement"),
      confirmedOn: text("confirmed_on"),
      document: files[0] ?? null,
      link: text("link"),
      sha256: text("sha256"),
      about: valueList(context.values, "about"),
      checkedHow: text("checked_how"),
      checkedOn: text("checked_on"),
      ourDomains: context.deps.signingEmailDomains,
    });
    if (isRefusal(decided)) return decided;
    warnings = decided.warnings;
    return decided.facts;
  });
  if (isRefusal(changed)) return changed;
  const { view } = changed.after;
  const item = view.requirements.find(({ name }) => name === requirement);
  return item
    ? { kind: "show", message: evidenceSaved(view, item, warnings) }
    : { refused: "out_of_date" };
};
