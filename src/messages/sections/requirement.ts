/** Parts of a requirement's own page. */
import type { Day, PersonId } from "../../domain/ids.ts";
import type { MemberRole } from "../../domain/people/person.ts";
import { roleName } from "../../domain/people/role-names.ts";
import type {
  MigrationView,
  RequirementView,
  SignatureNeed,
} from "../../domain/requirements/view.ts";
import type { Button, Section, Text } from "../message.ts";
import { counted, sentence, short, stageName, stateName } from "../wording.ts";
import { missingSection } from "./after.ts";
import {
  answerFields,
  attestationFields,
  evidenceFields,
  fieldsSection,
  firedLines,
  linesSection,
} from "./answers.ts";
import { verticalTitle } from "./overview.ts";
import {
  approvalInForce,
  button,
  mayGiveSignature,
  nextStep,
  primary,
  wordsThatHelp,
} from "./steps.ts";

export function requirementSections(
  view: MigrationView,
  requirement: RequirementView,
): readonly Section[] {
  const { definition } = requirement;
  return [
    {
      lines: [
        definition.why,
        ...(definition.instruction === undefined ? [] : [definition.instruction]),
      ],
    },
    { fields: stateFields(requirement) },
    ...linesSection("What keeps it closed", requirement.blocks),
    ...missingSection(requirement),
    ...linesSection("What the answers mean", firedLines(requirement)),
    ...(requirement.satisfied || requirement.state === "not_started"
      ? []
      : linesSection("If you are stuck", [definition.if_blocked])),
    ...fieldsSection("Answers", answerFields(requirement, "hidden")),
    ...fieldsSection("Evidence", evidenceFields(requirement, "hidden")),
    ...fieldsSection("Written confirmations", attestationFields(requirement)),
    ...linesSection("Who signs", signerLines(requirement)),
    ...linesSection("Numbers of the sign-offs", numberLines(requirement)),
    ...linesSection("Time", leadLines(requirement)),
    ...linesSection("Common mistakes", definition.pitfalls),
    ...linesSection("Where the rule comes from", citationLines(requirement)),
    ...newerVersion(view, requirement),
  ];
}

function stateFields(requirement: RequirementView) {
  const { reason, derivedReason, validUntil, definition } = requirement;
  const fields: { label: string; value: Text }[] = [
    { label: "State", value: stateName(requirement.state) },
    {
      label: "Needed for",
      value: definition.advisory ? "Advice only; blocks no gate" : stageName(definition.stage),
    },
  ];
  const why = derivedReason ?? reason;
  if (why !== null) fields.push({ label: "Reason", value: sentence(why) });
  if (validUntil !== null) fields.push({ label: "Valid until", value: [{ day: validUntil }] });
  return fields;
}

/** Who has signed and whose signature is still to come. */
export function signerLines(requirement: RequirementView): readonly Text[] {
  const approval = approvalInForce(requirement);
  if (approval === null) return [];
  const { needs, needed, given } = approval.quorum;
  const rule =
    needed < needs.length
      ? [`${counted(needed, "signature")} of these are needed; ${given} given.`]
      : [];
  return [...rule, ...needs.map(signerLine)];
}

function signerLine({ role, given }: SignatureNeed): Text {
  if (given === null)
    return `The ${role === "member" ? "signer is " : ""}${roleName(role)}: not signed yet`;
  return [
    `Signed by ${given.signer.name} as ${roleName(role)}, `,
    { time: given.signedAt, as: "date_time" },
  ];
}

/** A proof of one sign-off is asked for by its number. */
function numberLines({ item }: RequirementView): readonly Text[] {
  return item.signOffs
    .filter(({ revoked }) => revoked === null)
    .map(({ id, signer }) => [`${signer.name}: `, { code: id }]);
}

function leadLines({ definition, leadTime }: RequirementView): readonly Text[] {
  const { typical_days, max_days, note } = definition.lead_time;
  const takes =
    max_days === 0
      ? []
      : [`It usually takes ${counted(typical_days, "day")}, at most ${counted(max_days, "day")}.`];
  const due: readonly Text[] =
    leadTime.dueOn === null ? [] : [["Due on ", { day: leadTime.dueOn }]];
  const start = leadTime.startBy === null ? [] : [startText(leadTime, leadTime.startBy)];
  const never = leadTime.cannotBeMet ? ["Fewer days are left than it takes at the least."] : [];
  return [...takes, ...(note === undefined ? [] : [note]), ...due, ...start, ...never];
}

function startText({ late, lateWhenOpened }: RequirementView["leadTime"], startBy: Day): Text {
  if (lateWhenOpened) return "Should have started before this migration was opened: begin today";
  return ["Start by ", { day: startBy }, late ? " – already late" : ""];
}

function citationLines({ definition }: RequirementView): readonly Text[] {
  return definition.citations.map(({ ref, note, link, verified }) => [
    link === undefined ? { strong: ref } : { link, text: ref },
    note === undefined ? "" : `: ${note}`,
    verified ? "" : " (not verified against the text)",
  ]);
}

/** The way to why these rules matter and what to keep in mind. */
function aboutRules(view: MigrationView, { vertical }: RequirementView): Button {
  const title = short(verticalTitle(view, vertical), 40);
  return button(`About ${title}`, { type: "ShowHelp", topic: vertical });
}

function newerVersion(view: MigrationView, requirement: RequirementView): readonly Section[] {
  const newer = view.outdated.find(({ vertical }) => vertical === requirement.vertical);
  if (!newer || view.record.state !== "open") return [];
  const { vertical } = newer;
  return [
    {
      title: "A newer version of these rules exists",
      lines: ["Adopting it is recorded and re-opens the requirements that changed."],
      actions: [
        {
          ...button("Adopt the newer version", {
            type: "AdoptWorkflow",
            migration: view.record.id,
            vertical,
          }),
          confirm: {
            title: "Adopt the newer version?",
            text: `Requirements of ${verticalTitle(view, vertical)} that changed are opened again and need new signatures.`,
            yes: "Adopt",
          },
        },
      ],
    },
  ];
}

interface Seen {
  readonly view: MigrationView;
  readonly requirement: RequirementView;
  readonly viewer: PersonId;
  readonly roles: readonly MemberRole[];
}

/** Who may sign reviews and signs: by asking, the person would become the requester, who cannot sign. */
function nextFor(seen: Seen): Button | null {
  const { view, requirement } = seen;
  const next = nextStep(view, requirement);
  if (next?.command.type !== "RequestSignOff" || !mayGiveSignature(view, requirement, seen)) {
    return next;
  }
  const about = { migration: view.record.id, requirement: requirement.name };
  return button("Review and sign", { type: "ReviewSignOff", ...about });
}

/** The steps that are possible now for this person; authority is computed again at every click. */
export function requirementButtons(seen: Seen): readonly Button[] {
  const { view, requirement } = seen;
  if (view.record.state !== "open") return [];
  const about = { migration: view.record.id, requirement: requirement.name };
  const next = nextFor(seen);
  const buttons: Button[] = next === null ? [] : [primary(next)];
  const add = (entry: Button) => {
    if (!buttons.some(({ command }) => command.type === entry.command.type)) buttons.push(entry);
  };
  if (requirement.satisfied) {
    add(button("Something changed", { type: "ReportChange", ...about }));
    if (requirement.item.signOffs.some(({ revoked }) => revoked === null)) {
      add({
        ...button("Revoke a signature", { type: "RevokeSignOff", ...about }),
        style: "danger",
      });
    }
    return [...buttons, aboutRules(view, requirement)];
  }
  add(button("Answers", { type: "AnswerRequirement", ...about }));
  if (requirement.evidence.length > 0) add(button("Evidence", { type: "AddEvidence", ...about }));
  if (wordsThatHelp(requirement).length > 0) {
    add(button("Attestation", { type: "AddAttestation", ...about }));
  }
  requestButtons(seen).forEach(add);
  exceptionButtons(requirement, about).forEach(add);
  return [...buttons, aboutRules(view, requirement)];
}

function requestButtons({ view, requirement, viewer }: Seen): readonly Button[] {
  const request = requirement.openRequest;
  if (request === null) return [];
  const about = { migration: view.record.id, requirement: requirement.name, request: request.id };
  if (request.by.personId === viewer) {
    return [button("Withdraw the request", { type: "WithdrawRequest", ...about })];
  }
  return [
    button("I'm on it", { type: "ClaimRequest", ...about }),
    button("Ask for changes", { type: "AskForChanges", ...about }),
    { ...button("Reject", { type: "RejectRequest", ...about }), style: "danger" },
  ];
}

function exceptionButtons(
  { aside, openRequest }: RequirementView,
  about: {
    readonly migration: MigrationView["record"]["id"];
    readonly requirement: RequirementView["name"];
  },
): readonly Button[] {
  if (openRequest !== null) return [];
  return [
    ...(aside.not_applicable === null
      ? []
      : [button("Does not apply", { type: "ProposeNotApplicable", ...about })]),
    ...(aside.waiver === null
      ? []
      : [button("Ask for a waiver", { type: "ProposeWaiver", ...about })]),
  ];
}
