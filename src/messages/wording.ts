/**
 * Sentences that people, scripts and auditors rely on word for word, and the plain names of states and stages.
 * The exact ones come from the compliance guide (its section is named above each); change none of them.
 */
import type { Instant } from "../domain/ids.ts";
import type { AttestationForm, AuthenticityCheck, Meaning } from "../domain/migrations/record.ts";
import type { RequirementState } from "../domain/requirements/view.ts";

/** Guide, step 3: the confirmation line of a sign-off. The timestamp is ISO 8601 in UTC. */
export function signedOffLine(requirement: string, email: string, at: Instant): string {
  return `Signed off: ${requirement} by ${email} at ${at}`;
}

/** Guide, step 4: the gate's answer when everything is signed. */
export const GATE_PASS = "Compliance gate: PASS. Exit code 0.";

/** The counterpart of `GATE_PASS`; the guide only says that exit code 2 lists what is left. */
export const GATE_BLOCKED = "Compliance gate: BLOCKED. Exit code 2.";

/** Guide, step 4. */
export const GATE_BLOCKED_MOTTO =
  "Exit code 2 is not an error — it's a list of your remaining work. Resolve each item in order, " +
  "sign off, and re-run the gate until you see exit code 0.";

/** Guide, before you start. */
export const GATE_MOTTO =
  "The compliance gate is not optional. A compliance failure after go-live is a regulatory incident " +
  "with legal consequences. A gate block before go-live is just a checklist item — resolve it and move on.";

/** Guide, step 2. */
export const DASHBOARD_MOTTO =
  "This is your compliance dashboard. Any requirement showing `pending` must be resolved before the " +
  "Stage 5 gate will clear.";

/** Guide, "No Compliance Vertical Detected". */
export const NO_VERTICAL =
  "This migration has no additional compliance requirements beyond platform defaults: TLS/SRTP " +
  "encryption and E911. The standard pre-migration checklist applies.";

/** Guide, FedRAMP, stage 3. */
export const FEDRAMP_STOP =
  "The proposed platform is not FedRAMP authorized: stop and escalate to sales. The deal cannot " +
  "proceed with that platform.";

/** Guide, PCI-DSS, stage 3: the question whose answer decides the de-scoping method. */
export const PCI_QUESTION =
  "Do callers speak their card numbers to agents, enter them via keypad, or neither?";

/** What a chat may never hold; shown wherever people type or upload. */
export const KEEP_OUT =
  "Never enter patient or student names, card numbers, Social Security numbers or passwords. " +
  "Text that looks like one is refused and not kept.";

const STATE_NAMES: Readonly<Record<RequirementState, string>> = {
  not_started: "not started",
  in_progress: "in progress",
  awaiting_approval: "waiting for a signature",
  signed: "signed",
  blocked: "blocked by an answer",
  waived: "waived for a time",
  not_applicable: "does not apply",
  expired: "expired",
  rejected: "rejected",
};

/** The state in plain words. */
export function stateName(state: RequirementState | "unknown"): string {
  return state === "unknown" ? "not known" : STATE_NAMES[state];
}

/** The gate as the compliance guide calls it. */
export function stageName(stage: 3 | 5): string {
  return stage === 3 ? "Stage 3 (Proposal)" : "Stage 5 (Go-Live)";
}

const MEANING_NAMES: Readonly<Record<Meaning, string>> = {
  requirement_met: "the requirement is met",
  not_applicable: "the requirement does not apply",
  waiver: "the requirement is waived for a time",
};

/** What a signature says, as the end of "… signs that". */
export function meaningName(meaning: Meaning): string {
  return MEANING_NAMES[meaning];
}

const FORM_NAMES: Readonly<Record<AttestationForm, string>> = {
  signed_document: "signed document",
  letter: "letter",
  e_mail: "e-mail",
  minutes: "minutes",
};

/** The form of an attestation in plain words. */
export function formName(form: AttestationForm): string {
  return FORM_NAMES[form];
}

const CHECK_NAMES: Readonly<Record<AuthenticityCheck["how"], string>> = {
  known_address: "it came from a work address that we knew before",
  asked_back: "the person was asked back on a number or address that we knew before",
  signature_verified: "its electronic signature was verified",
  handed_over: "the person handed it over, face to face or in a call",
  their_system: "it stands in a system that only their side can write to",
};

/** How the authenticity of an attestation was checked. */
export function checkName(how: AuthenticityCheck["how"]): string {
  return CHECK_NAMES[how];
}

/** Names in a row: `a, b or c`. */
export function listed(names: readonly string[], joiner: "and" | "or"): string {
  const last = names.at(-1) ?? "";
  const head = names.slice(0, -1);
  return head.length === 0 ? last : `${head.join(", ")} ${joiner} ${last}`;
}

/** A count with its noun: `1 requirement`, `3 requirements`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** One line of at most so many characters, for headlines, titles and options. */
export function short(text: string, most: number): string {
  const line = text.replace(/\s+/gu, " ").trim();
  const letters = Array.from(line);
  return letters.length <= most
    ? line
    : `${letters
        .slice(0, most - 1)
        .join("")
        .trimEnd()}…`;
}

/** The text as a sentence of its own: first letter upper case, closed by a stop. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  if (trimmed === "") return "";
  const closed = /[.!?…:”"]$/u.test(trimmed) ? trimmed : `${trimmed}.`;
  return capital(closed);
}

/** The text with its first letter upper case. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
