/** Parts of a request's card, of the forms that decide it, and of what follows a signature. */
import type { SignOffId } from "../../domain/ids.ts";
import type { RequestEnding, SignOff, SignOffRequest } from "../../domain/migrations/record.ts";
import type { MigrationView, RequirementView } from "../../domain/requirements/view.ts";
import type { Button, Message, Section, Text } from "../message.ts";
import {
  capital,
  counted,
  listed,
  meaningName,
  sentence,
  short,
  stageName,
  stateName,
} from "../wording.ts";
import { linesSection } from "./answers.ts";
import { signerLines } from "./requirement.ts";
import { button, primary, showButton } from "./steps.ts";

export interface Asked {
  readonly view: MigrationView;
  readonly requirement: RequirementView;
  readonly request: SignOffRequest;
}

const ENDINGS: Readonly<Record<RequestEnding, string>> = {
  signed: "signed",
  rejected: "rejected",
  changes_requested: "sent back for changes",
  withdrawn: "withdrawn",
  superseded: "closed after a change",
};

/** A longer reason stands whole below the headline. */
const LONGEST_REASON = 200;

/** How the request ended: the result, by whom, and the reason. */
export function endedWords(asked: Asked): string {
  const { ended } = asked.request;
  if (ended === null) return "still open.";
  const why = ended.reason === null ? "" : ` ${sentence(short(ended.reason, LONGEST_REASON))}`;
  if (ended.as === "superseded") return `closed, because the content changed.${why}`;
  if (ended.as === "signed") return signedWords(asked, ended.by.name);
  return `${ENDINGS[ended.as]} by ${short(ended.by.name, 40)}.${why}`;
}

/** The result for the person who asked: one signature of several, or that nothing more is needed. */
export function resultWords(asked: Asked): string {
  const { requirement, request } = asked;
  const words = endedWords(asked);
  if (request.ended?.as === "signed" && stands(asked) && requirement.satisfied) {
    return `${words} The requirement is complete: ${stateName(requirement.state)}.`;
  }
  const quorum = requirement.approvals[request.meaning]?.quorum;
  if (request.ended !== null || quorum === undefined || quorum.given === 0) return words;
  const last = standingOn(asked).at(-1);
  const by = last === undefined ? "" : ` by ${short(last.signer.name, 40)}`;
  return `signed${by}, ${quorum.given} of ${counted(quorum.needed, "signature")}.`;
}

function standingOn({ requirement, request }: Asked): readonly SignOff[] {
  return requirement.item.signOffs.filter(
    ({ requestId, revoked }) => requestId === request.id && revoked === null,
  );
}

/** Everybody who signed on this request, and that it was taken back since. */
function signedWords({ requirement, request }: Asked, last: string): string {
  const given = requirement.item.signOffs.filter(({ requestId }) => requestId === request.id);
  const names = [...new Set(given.map(({ signer }) => short(signer.name, 40)))];
  const signed = `signed by ${listed(names.length === 0 ? [last] : names, "and")}`;
  const revoked = given.findLast((signOff) => signOff.revoked !== null)?.revoked;
  if (!revoked) return `${signed}.`;
  return `${signed}, but ${short(revoked.by.name, 40)} ${revoked.kind === "undo" ? "undid" : "revoked"} it. It is open again.`;
}

/** True while a signature on this request has not been taken back. */
export function stands({ requirement, request }: Asked): boolean {
  const given = requirement.item.signOffs.filter(({ requestId }) => requestId === request.id);
  return request.ended?.as === "signed" && given.every(({ revoked }) => revoked === null);
}

/** Who asks what, why, until when, and who is on it. */
export function askingFields({
  view,
  requirement,
  request,
}: Asked): readonly { readonly label: string; readonly value: Text }[] {
  const { by, at, reason, expiresOn, claim, ended } = request;
  const fields: { label: string; value: Text }[] = [
    { label: "Requirement", value: [{ code: requirement.name }] },
    { label: "Asked by", value: [`${by.name}, `, { time: at, as: "date_time" }] },
  ];
  if (ended === null || request.meaning !== "requirement_met") {
    fields.push({ label: "To be signed", value: capital(meaningName(request.meaning)) });
  }
  if (reason !== null) fields.push({ label: "Reason", value: reason });
  if (expiresOn !== null) fields.push({ label: "Until", value: [{ day: expiresOn }] });
  if (ended !== null) {
    const value: Text = [
      `${capital(ENDINGS[ended.as])} by ${ended.by.name}, `,
      { time: ended.at, as: "date_time" },
    ];
    fields.push({ label: "Result", value });
    if (ended.reason !== null && ended.reason.length > LONGEST_REASON) {
      fields.push({ label: "Reason of the result", value: ended.reason });
    }
  } else if (claim !== null && claim.until > view.now) {
    const value: Text = [
      `${claim.by.name} is on it until `,
      { time: claim.until, as: "date_time" },
    ];
    fields.push({ label: "Claimed", value });
  }
  return fields;
}

/** To the person who acts where the card itself stands: what was done, without repeating the card. */
export function requestInBrief(asked: Asked): Message {
  const { view, requirement, request } = asked;
  const migration = view.record.id;
  const title = short(requirement.definition.title, 70);
  const next = button("Next step", { type: "ShowNext", migration });
  if (request.ended) {
    return {
      headline: `“${title}” (${short(view.record.customer, 40)}): ${endedWords(asked)}`,
      sections: [{ actions: [next, showButton(view, requirement)] }],
    };
  }
  const claimed = request.claim !== null && request.claim.until > view.now;
  return {
    headline: claimed
      ? `${short(request.claim.by.name, 40)} is on it: “${title}”. The others see that for 30 minutes.`
      : `Asked for a signature: “${title}”. Those who may sign have it now; you will hear the result.`,
    tone: "good",
    sections: [
      ...(claimed ? [] : linesSection("Who signs", signerLines(requirement))),
      {
        actions: claimed
          ? [
              primary(
                button("Review and sign", {
                  type: "ReviewSignOff",
                  migration,
                  requirement: requirement.name,
                }),
              ),
            ]
          : [
              primary(next),
              button("Withdraw the request", { type: "WithdrawRequest", ...idsOf(asked) }),
            ],
      },
    ],
  };
}

/** What can be done with an open request. */
export function requestButtons(asked: Asked): readonly Button[] {
  const of = idsOf(asked);
  const about = { migration: of.migration, requirement: of.requirement };
  return [
    primary(button("Review and sign", { type: "ReviewSignOff", ...about })),
    button("I'm on it", { type: "ClaimRequest", ...of }),
    button("Ask for changes", { type: "AskForChanges", ...of }),
    { ...button("Reject", { type: "RejectRequest", ...of }), style: "danger" },
  ];
}

/** The ids by which a request's buttons and forms name it. */
export function idsOf({ view, requirement, request }: Asked) {
  return { migration: view.record.id, requirement: requirement.name, request: request.id };
}

/** What the request is about, above a form. */
export function aboutRequest({ view, requirement, request }: Asked): Section {
  return {
    title: requirement.definition.title,
    lines: [
      short(view.record.customer, 100),
      `Asked by ${request.by.name}: that ${meaningName(request.meaning)}.`,
    ],
  };
}

/** What a waiver is, for what it may be asked, and what has to come with it. */
export function waiverSections({
  title,
  waiver,
}: RequirementView["definition"]): readonly Section[] {
  const days =
    waiver === undefined ? "" : ` At most ${counted(waiver.max_days, "day")} from today.`;
  const renewable = waiver?.renewable === false ? " It cannot be renewed." : "";
  const words = `A waiver opens the gate for a time and is named in every result.${days}${renewable}`;
  return [
    { title, lines: [words] },
    ...linesSection("It may be waived only for", waiver?.only_for ?? []),
    ...linesSection(
      "What has to come with it",
      (waiver?.attestations ?? []).map(({ must_say }) => capital(must_say)),
    ),
  ];
}

/** How many signatures are still needed for what was signed. */
export function signaturesLeft(requirement: RequirementView, { meaning }: SignOff): number {
  const quorum = requirement.approvals[meaning]?.quorum;
  if (requirement.satisfied || quorum === undefined || quorum.met) return 0;
  return Math.max(quorum.needed - quorum.given, 1);
}

/** An undone or revoked signature, in words. */
export function revokedWords(view: MigrationView, signOffId: SignOffId): Message {
  const requirement = view.requirements.find(({ item }) =>
    item.signOffs.some(({ id }) => id === signOffId),
  );
  const signOff = requirement?.item.signOffs.find(({ id }) => id === signOffId);
  if (requirement && signOff?.revoked) {
    return wordsOf({ view, requirement, signOff, revoked: signOff.revoked });
  }
  const customer = short(view.record.customer, 40);
  return { headline: `${customer}: a signature was taken back. See the status for what is open.` };
}

function wordsOf(about: {
  readonly view: MigrationView;
  readonly requirement: RequirementView;
  readonly signOff: SignOff;
  readonly revoked: NonNullable<SignOff["revoked"]>;
}): Message {
  const { view, requirement, signOff, revoked } = about;
  const { by, at, reason, kind } = revoked;
  const { title, stage, advisory } = requirement.definition;
  const own = by.personId === signOff.signer.personId;
  const whose = own ? "a signature" : `the signature of ${short(signOff.signer.name, 30)}`;
  const done = `${short(by.name, 30)} ${kind === "undo" ? "undid" : "revoked"} ${whose}`;
  const closed = advisory
    ? "Advice only; no gate depends on it."
    : `${stageName(stage)} is closed until it is signed again.`;
  return {
    headline: `${done} on “${short(title, 70)}” (${short(view.record.customer, 30)}). It is open again.`,
    tone: kind === "undo" ? "attention" : "bad",
    sections: [
      {
        fields: [
          { label: "Requirement", value: [{ code: requirement.name }] },
          { label: "Reason", value: kind === "undo" ? "Undone within 30 seconds" : reason },
          { label: "When", value: [{ time: at, as: "date_time" }] },
          { label: "Gate", value: closed },
        ],
        actions: [showButton(view, requirement)],
      },
    ],
  };
}
