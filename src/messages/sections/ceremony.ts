/** What a signer reads before signing: the content, its hashes and its warnings. */
import type { Person } from "../../domain/people/person.ts";
import type { Approval, MigrationView, RequirementView } from "../../domain/requirements/view.ts";
import type { Section, Text } from "../message.ts";
import { counted, meaningName, short, stageName } from "../wording.ts";
import {
  answerFields,
  attestationFields,
  evidenceFields,
  fieldsSection,
  linesSection,
  warningsOf,
} from "./answers.ts";

export interface Ceremony {
  readonly view: MigrationView;
  readonly requirement: RequirementView;
  readonly approval: Approval;
  /** The sentence being signed. */
  readonly consent: string;
  readonly signer: Person;
  /** Names of those who will hear of it. */
  readonly told: readonly string[];
}

/** The whole content of a signature. */
export function ceremonySections(ceremony: Ceremony): readonly Section[] {
  const { view, requirement, approval, signer } = ceremony;
  const { definition } = requirement;
  const email = signer.profile.email;
  const fields: { label: string; value: Text }[] = [
    { label: "Requirement", value: [{ code: requirement.name }] },
    { label: "Customer", value: view.record.customer },
    { label: "Needed for", value: stageName(definition.stage) },
    { label: "You sign that", value: meaningName(approval.meaning) },
    {
      label: "You sign as",
      value: email === null ? signer.profile.name : `${signer.profile.name}, ${email}`,
    },
  ];
  if (approval.reason !== null) fields.push({ label: "Reason given", value: approval.reason });
  if (approval.expiresOn !== null) {
    fields.push({ label: "Until", value: [{ day: approval.expiresOn }] });
  }
  return [
    { title: definition.title, fields },
    ...linesSection("Warnings: by signing you accept them", warningsOf(requirement, "shown")),
    ...signedContent(requirement, "whole"),
    {
      title: "For the record",
      fields: [
        { label: "Migration", value: [{ code: view.record.id }] },
        { label: "Content (SHA-256)", value: [{ code: approval.contentHash }] },
        { label: "Rules (version)", value: [{ code: requirement.definitionHash }] },
      ],
    },
  ];
}

const BRIEF_ANSWERS = 4;

/** Answers, evidence with hashes, attestations; restricted content only on the signer's own screen. */
export function signedContent(
  requirement: RequirementView,
  extent: "whole" | "brief",
): readonly Section[] {
  const restricted = extent === "whole" ? "shown" : "left_out";
  const answers = answerFields(requirement, restricted);
  const shown = extent === "whole" ? answers : answers.slice(0, BRIEF_ANSWERS);
  const left = answers.length - shown.length;
  return [
    ...fieldsSection("Answers", shown),
    ...(left > 0 ? [{ lines: [`${counted(left, "more answer")} on the signing screen.`] }] : []),
    ...fieldsSection("Evidence", evidenceFields(requirement, restricted)),
    ...fieldsSection("Written confirmations", attestationFields(requirement)),
    ...(extent === "brief" ? warningSection(requirement) : []),
  ];
}

function warningSection(requirement: RequirementView): readonly Section[] {
  return linesSection(
    "Warnings",
    warningsOf(requirement, "left_out").map((warning) => short(warning, 300)),
  );
}

/** Who hears of the signature, in one sentence. */
export function toldLine(told: readonly string[]): string {
  return told.length === 0
    ? "Nobody else is told; the record keeps it."
    : `These will be told: ${told.join(", ")}.`;
}
