/** The way of one requirement, from the first question to the last signature, as people go it in any chat. */
import type { GivenFile } from "../support/slack/driver/fill.ts";
import { type Answers, goodAnswers } from "./good-answers.ts";
import type { Role, Stage, Talker } from "./talker.ts";

export interface Way {
  readonly requirement: string;
  /** Evidence slots that take a file. */
  readonly files?: readonly string[];
  /** Slots of privileged documents, of which only the day is kept. */
  readonly held?: readonly string[];
  /** External roles whose written word is needed. */
  readonly attestedBy?: readonly string[];
  /** Who signs, in this order. */
  readonly signers: readonly Role[];
}

export const HIPAA_WAYS: readonly Way[] = [
  {
    requirement: "hipaa_phi_inventory_partial",
    attestedBy: ["customer_compliance_officer"],
    signers: ["compliance"],
  },
  {
    requirement: "hipaa_baa_signed",
    files: ["tier_proof"],
    attestedBy: ["customer_compliance_officer"],
    signers: ["compliance"],
  },
  {
    requirement: "phi_inventory_complete",
    attestedBy: ["customer_compliance_officer"],
    signers: ["compliance"],
  },
  { requirement: "encryption_verified", files: ["console_shots", "trace"], signers: ["security"] },
  { requirement: "audit_logging_enabled", files: ["retention_shot"], signers: ["compliance"] },
  {
    requirement: "breach_response_plan_signed",
    files: ["irp_page"],
    attestedBy: ["customer_compliance_officer"],
    signers: ["compliance"],
  },
];

export const PCI_WAYS: readonly Way[] = [
  {
    requirement: "pci_scope_assessed",
    attestedBy: ["customer_payment_owner"],
    signers: ["compliance", "security"],
  },
  {
    requirement: "call_recording_descoped",
    files: ["test_recording", "settings"],
    signers: ["security", "compliance"],
  },
  {
    requirement: "tokenization_confirmed",
    files: ["aoc", "token_sample"],
    attestedBy: ["customer_payment_owner", "payment_processor"],
    signers: ["compliance"],
  },
  {
    requirement: "qsa_approval_obtained",
    files: ["arch_pack"],
    attestedBy: ["qsa"],
    signers: ["compliance"],
  },
];

export const FERPA_WAYS: readonly Way[] = [
  {
    requirement: "ferpa_review_complete",
    attestedBy: ["customer_compliance_officer"],
    signers: ["compliance"],
  },
  {
    requirement: "ferpa_hipaa_counsel_review",
    held: ["counsel_memo"],
    signers: ["counsel", "manager"],
  },
  {
    requirement: "student_data_inventory",
    attestedBy: ["customer_compliance_officer"],
    signers: ["compliance"],
  },
  {
    requirement: "no_marketing_use_confirmed",
    files: ["dpa", "ai_settings"],
    signers: ["counsel"],
  },
];

/** Answers every page that comes; a page takes the answers whose fields it shows. */
export async function answerAll(
  talker: Talker,
  requirement: string,
  given: Answers,
): Promise<void> {
  await talker.command(`/compliance answer ${requirement}`);
  for (let page = 0; talker.form() !== null && page < 6; page += 1)
    await answerPage(talker, requirement, given);
}

/** Answers the page that is open. */
export async function answerPage(
  talker: Talker,
  requirement: string,
  given: Answers,
): Promise<void> {
  const shown = talker.fields();
  const answers = Object.entries(goodAnswers(requirement, given));
  await talker.submit(Object.fromEntries(answers.filter(([field]) => shown.includes(field))));
  const errors = Object.entries(talker.errors());
  if (errors.length > 0) throw new Error(`${requirement}: ${JSON.stringify(errors)}`);
}

const PROOF: GivenFile = { name: "proof.pdf", content: "%PDF-1.7 dated proof with the tenant id" };

/** Adds what each slot asks for. */
export async function addProofs(talker: Talker, way: Way, day: Answers["day"]): Promise<void> {
  for (const slot of way.files ?? []) {
    await talker.command(`/compliance evidence ${way.requirement}`);
    await talker.submit({ slot, file: [{ ...PROOF, name: `${slot}.pdf` }] });
  }
  for (const slot of way.held ?? []) {
    await talker.command(`/compliance evidence ${way.requirement}`);
    await talker.submit({ slot, held_on: day(-4) });
  }
  for (const role of way.attestedBy ?? []) await attest(talker, { way, role, day });
}

/** Records the written word of a person outside. */
export async function attest(
  talker: Talker,
  about: { readonly way: Way; readonly role: string; readonly day: Answers["day"] },
): Promise<void> {
  await talker.command(`/compliance requirement ${about.way.requirement}`);
  await talker.press(/attestation/i);
  await talker.submit({
    role: about.role,
    name: "Morgan Reyes",
    title: "Compliance Officer",
    organisation: "Northside Health",
    email: "morgan.reyes@northside.example",
    form: "letter",
    confirmed_on: about.day(-1),
    statement: "We confirm what is listed in the attached document for this migration.",
    document: [{ name: "letter.pdf", content: `%PDF-1.7 letter of ${about.role}` }],
    checked_how: "asked_back",
  });
}

/** Answers, proofs, the request and every signature of one requirement. */
export async function clearRequirement(
  stage: Stage,
  way: Way,
  given: Answers & { readonly engineer?: Role },
): Promise<void> {
  const engineer = stage.as(given.engineer ?? "engineer");
  await answerAll(engineer, way.requirement, given);
  await addProofs(engineer, way, given.day);
  await engineer.command(`/compliance request ${way.requirement}`);
  for (const role of way.signers) await signAs(stage.as(role), way.requirement);
}

/** The ceremony: reads what is signed and confirms. */
export async function signAs(talker: Talker, requirement: string): Promise<void> {
  await talker.command(`/compliance sign ${requirement}`);
  if (talker.form() === null)
    throw new Error(`no ceremony for ${requirement}:\n${(await talker.screen()).slice(0, 2000)}`);
  await talker.submit();
  await talker.sees(new RegExp(`Signed off: ${requirement} by \\S+@\\S+ at \\d{4}-`));
}
