/** Asking for a signature, giving it on one screen, and taking it back. */
import type { CommandOf } from "../domain/command.ts";
import type { Fact } from "../domain/facts.ts";
import type { Instant, MigrationId, RequirementName, SignOffId } from "../domain/ids.ts";
import type { Actor, SignOff } from "../domain/migrations/record.ts";
import type { MigrationView, RequirementView } from "../domain/requirements/view.ts";
import type { Form } from "./form.ts";
import type { Button, Message } from "./message.ts";
import { linesSection } from "./sections/answers.ts";
import { type Ceremony, ceremonySections, signedContent, toldLine } from "./sections/ceremony.ts";
import { reasonField } from "./sections/fields.ts";
import {
  type Asked,
  aboutRequest,
  askingFields,
  endedWords,
  idsOf,
  requestButtons,
  resultWords,
  revokedWords,
  signaturesLeft,
  stands,
  waiverSections,
} from "./sections/request.ts";
import { signerLines } from "./sections/requirement.ts";
import {
  button,
  nextStep,
  primary,
  requirementIn,
  showButton,
  type Which,
} from "./sections/steps.ts";
import { historyOf, signOffNumber } from "./sections/thread.ts";
import { counted, KEEP_OUT, meaningName, short, signedOffLine, stageName } from "./wording.ts";

/** The one screen of a signature: everything that is signed, the sentence, and who will be told. */
export function ceremonyForm(ceremony: Ceremony): Form {
  const { view, requirement, approval } = ceremony;
  const signed: Omit<CommandOf<"SignOff">, "type"> = {
    migration: view.record.id,
    requirement: requirement.name,
    meaning: approval.meaning,
    contentHash: approval.contentHash,
  };
  return {
    title: "Review and sign",
    intro: [
      ...ceremonySections(ceremony),
      {
        title: "You sign this sentence",
        lines: [ceremony.consent, toldLine(ceremony.told)],
        actions: [button("Sign in the terminal", { type: "SignInTerminal", ...signed })],
      },
    ],
    fields: [],
    submit: "Sign",
    cancel: "Not now",
    command: { type: "SignOff", ...signed, request: requirement.openRequest?.id },
    footnote: "You can undo within 30 seconds; later you can revoke it with a reason.",
  };
}

/** The living card of a request in the channel; when it has ended it says how, and has no buttons. */
export function requestCard(asked: Asked): Message {
  const { view, requirement, request } = asked;
  const title = short(requirement.definition.title, 70);
  const customer = short(view.record.customer, 40);
  const ended = request.ended;
  if (ended) {
    return {
      headline: `“${title}” (${customer}): ${endedWords(asked)}`,
      tone: stands(asked) ? "good" : "neutral",
      sections: [{ fields: askingFields(asked) }],
    };
  }
  return {
    headline: `${short(request.by.name, 40)} asks for a signature: “${title}” (${customer}).`,
    tone: "attention",
    sections: [
      { fields: askingFields(asked) },
      ...signedContent(requirement, "brief"),
      ...linesSection("Who signs", signerLines(requirement)),
      { actions: requestButtons(asked) },
    ],
  };
}

/** The same request to each person who may sign, as a direct message. */
export function requestToSigner(asked: Asked): Message {
  const { view, requirement, request } = asked;
  const card = requestCard(asked);
  if (request.ended) return card;
  const title = short(requirement.definition.title, 70);
  return {
    ...card,
    headline: `Your signature is asked for: “${title}” (${short(view.record.customer, 40)}), by ${short(request.by.name, 30)}.`,
  };
}

/** Each signature and the result to the person who asked, whoever decided and wherever. */
export function resultToRequester(asked: Asked): Message {
  const { view, requirement, request } = asked;
  const title = short(requirement.definition.title, 60);
  // While it is open there is nothing to do for the requester, who cannot sign.
  const step = request.ended === null ? null : nextStep(view, requirement);
  const actions: readonly Button[] = [
    ...(step === null ? [] : [primary(step)]),
    showButton(view, requirement),
  ];
  return {
    headline: `Your request for “${title}” (${short(view.record.customer, 30)}): ${resultWords(asked)}`,
    tone: request.ended === null || request.ended.as === "signed" ? "good" : "attention",
    sections: [{ fields: askingFields(asked), actions }],
  };
}

/** The signer's private confirmation: the exact line, what is left, and Undo. */
export function signedMessage(signed: {
  readonly view: MigrationView;
  readonly requirement: RequirementView;
  readonly signOff: SignOff;
  readonly now: Instant;
}): Message {
  const { view, signOff } = signed;
  const requirement = requirementIn(view, signed.requirement);
  const { email, name } = signOff.signer;
  const left = signaturesLeft(requirement, signOff);
  const undo: Button = button("Undo (30 seconds)", {
    type: "UndoSignOff",
    migration: view.record.id,
    signOff: signOff.id,
  });
  return {
    headline: signedOffLine(requirement.name, email ?? name, signOff.signedAt),
    tone: "good",
    sections: [
      {
        lines: [
          `You signed that ${meaningName(signOff.meaning)}: ${requirement.definition.title}.`,
          left === 0
            ? "It is cleared now."
            : `${counted(left, "more signature is", "more signatures are")} needed before it is cleared.`,
        ],
        actions: [undo, button("Next step", { type: "ShowNext", migration: view.record.id })],
      },
      signOffNumber(signOff.id),
    ],
  };
}

/** Asks why the request is rejected. */
export function rejectionForm(asked: Asked): Form {
  return {
    title: "Reject the request",
    intro: [aboutRequest(asked)],
    fields: [reasonField("Why do you reject it?", "The requester reads this.")],
    submit: "Reject",
    command: { type: "SaveRejection", ...idsOf(asked) },
    footnote: KEEP_OUT,
  };
}

/** Asks what has to change before it can be signed. */
export function changesForm(asked: Asked): Form {
  return {
    title: "Ask for changes",
    intro: [aboutRequest(asked)],
    fields: [reasonField("What has to change?", "The requester reads this.")],
    submit: "Send",
    command: { type: "SaveChangesAsked", ...idsOf(asked) },
    footnote: KEEP_OUT,
  };
}

/** Asks why a signature is revoked; the gate closes at once. */
export function revocationForm(about: {
  readonly view: MigrationView;
  readonly requirement: RequirementView;
  readonly signOff: SignOff;
}): Form {
  const { view, requirement, signOff } = about;
  return {
    title: "Revoke a signature",
    intro: [
      {
        title: requirement.definition.title,
        lines: [
          [`Signed by ${signOff.signer.name}, `, { time: signOff.signedAt, as: "date_time" }, "."],
          `The gate of ${stageName(requirement.definition.stage)} closes at once, and the channel is told. The signature stays in the record, as revoked.`,
        ],
      },
    ],
    fields: [reasonField("Why is it revoked?")],
    submit: "Revoke",
    cancel: "Keep it",
    command: {
      type: "SaveRevocation",
      migration: view.record.id,
      requirement: requirement.name,
      signOff: signOff.id,
    },
    footnote: KEEP_OUT,
  };
}

/** Told to the channel and to the person who did it when a signature was undone or revoked. */
export function revokedMessage(about: {
  readonly view: MigrationView;
  readonly signOffId: SignOffId;
}): Message {
  return revokedWords(about.view, about.signOffId);
}

/** Asks why a requirement does not apply; a second person has to agree. */
export function notApplicableForm(view: MigrationView, which: Which): Form {
  const requirement = requirementIn(view, which);
  const { definition } = requirement;
  const grounds = definition.not_applicable?.only_for ?? [];
  return {
    title: "Does not apply",
    intro: [
      {
        title: definition.title,
        lines: ["A second person has to agree; the reason stands in the report."],
      },
      ...linesSection("It may be left out only when", grounds),
    ],
    fields: [reasonField("Why does it not apply to this customer?")],
    submit: "Ask for agreement",
    command: {
      type: "SaveNotApplicable",
      migration: view.record.id,
      requirement: requirement.name,
    },
    footnote: KEEP_OUT,
  };
}

/** Asks for the reason and the last day of a waiver. */
export function waiverForm(view: MigrationView, which: Which): Form {
  const requirement = requirementIn(view, which);
  return {
    title: "Ask for a waiver",
    intro: waiverSections(requirement.definition),
    fields: [
      reasonField("Why is a waiver needed, and what is done instead?"),
      { id: "expires_on", type: "date", label: "Last day of the waiver", required: true },
    ],
    submit: "Ask for the waiver",
    command: { type: "SaveWaiver", migration: view.record.id, requirement: requirement.name },
    footnote: KEEP_OUT,
  };
}

/**
 * The token with which the same person signs the same content once in the terminal. A form, because forms are kept
 * nowhere: the token is shown once and stored only as a hash.
 */
export function signingTokenForm(issued: {
  readonly token: string;
  readonly requirement: RequirementName;
  readonly migration: MigrationId;
  readonly expiresAt: Instant;
}): Form {
  const { token, requirement, migration, expiresAt } = issued;
  return {
    title: "Sign in the terminal",
    intro: [
      {
        title: `Your signing token for ${requirement}: use it once, within 10 minutes.`,
        lines: [
          [
            "It works for you and this content only, until ",
            { time: expiresAt, as: "date_time" },
            ".",
          ],
        ],
        code: `COMPLIANCE_TOKEN=${token} npm run --silent compliance -- --migration-id ${migration} --sign-off --requirement ${requirement}`,
      },
    ],
    fields: [],
    submit: "Done",
    command: { type: "ShowRequirement", migration, requirement },
    footnote: "I show it only here and only once. Nobody else should see it.",
  };
}

/** What happened, one message each, for the migration's thread. */
export function threadLines(happened: {
  readonly view: MigrationView;
  readonly facts: readonly Fact[];
  readonly actor: Pick<Actor, "name"> | null;
}): readonly Message[] {
  return historyOf({ ...happened, who: short(happened.actor?.name ?? "Cleargate", 60) });
}
