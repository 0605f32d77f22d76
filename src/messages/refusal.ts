/** Every refusal as one kind sentence with the next step; the compiler asks for a sentence when a code is added. */

import { roleName } from "../domain/people/role-names.ts";
import type { Refusal, RefusalCode, RefusalOf, SensitiveKind } from "../domain/refusal.ts";
import type { Button, Message } from "./message.ts";
import { counted, listed, short, stageName } from "./wording.ts";

type Sentences = { readonly [C in RefusalCode]: (refusal: RefusalOf<C>) => string };

const SENSITIVE: Readonly<Record<SensitiveKind, string>> = {
  payment_card: "a payment card number",
  social_security_number: "a Social Security number",
  secret_key: "a password or secret key",
  medical_record_number: "a medical record number",
};

const KINDS: Readonly<Record<RefusalOf<"not_a_member">["kind"], string>> = {
  guest: "guest accounts",
  external: "people from other organizations",
  bot: "bots",
  deactivated: "deactivated accounts",
};

const UNCONFIRMED: Readonly<Record<RefusalOf<"identity_unconfirmed">["why"], string>> = {
  no_answer:
    "The chat platform did not answer in time, so I could not check who you are. Nothing was changed; please try again in a moment.",
  moved:
    "The workspace has just joined another organization, so I could not check whose account this is. Nothing was changed; please try again in a moment.",
  no_email:
    "Your account shows no e-mail address, so your decision could not be tied to you. Add one to your profile, then try again.",
  email_unconfirmed:
    "Your e-mail address is not confirmed yet. Confirm it in your account settings, then try again.",
};

const ENDINGS: Readonly<Record<string, string>> = {
  signed: "signed",
  rejected: "rejected",
  changes_requested: "sent back for changes",
  withdrawn: "withdrawn",
  superseded: "replaced because the content changed",
};

const roles = (names: Parameters<typeof roleName>[0][]) => listed(names.map(roleName), "or");
const quoted = (text: string) => `“${short(text, 60)}”`;
const list = (texts: readonly string[]) => texts.map((text) => short(text, 200)).join("; ");

const SENTENCES: Sentences = {
  unknown_command: ({ text, suggestions }) =>
    suggestions.length === 0
      ? `I do not know ${quoted(text)}. Type /compliance help to see every command.`
      : `I do not know ${quoted(text)}. Did you mean ${listed(suggestions.slice(0, 3), "or")}?`,
  no_migration_here: () =>
    "There is no migration here yet. Start one with /compliance start, or go to the channel of your migration.",
  unknown_migration: () =>
    "I cannot find that migration in this workspace. Type /compliance in its channel to find it again.",
  migration_not_open: ({ state }) =>
    `This migration is ${state}, so nothing can be changed any more. Its report is still there: /compliance report.`,
  channel_needed: () =>
    "A migration lives in a channel. Go to the channel where the team works on it and type /compliance start there.",
  channel_has_migration: ({ customer }) =>
    `This channel already has an open migration${customer === "" ? "" : `, ${short(customer, 60)}`}. Close or cancel it first, or use another channel.`,
  unknown_requirement: ({ text, suggestions }) =>
    suggestions.length === 0
      ? `I do not find a requirement called ${quoted(text)}. Type /compliance status to see all of them.`
      : `I do not find a requirement called ${quoted(text)}. Did you mean ${listed(suggestions.slice(0, 3), "or")}?`,
  requirement_needed: () =>
    "Which requirement do you mean? Type /compliance status and choose one.",
  stage_needed: () => "Which gate do you mean? Type /compliance gate 3 or /compliance gate 5.",
  out_of_date: () =>
    "This changed since you opened it, so I changed nothing. Open it again to see how it is now.",
  already_done: () =>
    "That is already done; it was counted once. There is nothing more to do here.",
  definition_missing: ({ vertical }) =>
    `The rules of ${vertical} cannot be read, so its gates stay closed. Ask an administrator to run /compliance doctor.`,
  too_fast: ({ seconds }) =>
    `That was a lot at once, so I did not do the last one. Please wait ${counted(seconds, "second")} and try again.`,
  not_a_member: ({ kind }) =>
    `Only full members can do this; ${KINDS[kind]} may read and talk. Ask a full member of the team to do it.`,
  identity_unconfirmed: ({ why }) => UNCONFIRMED[why],
  email_domain_not_allowed: ({ domain }) =>
    `Addresses at ${domain} may not sign here. Use your company account, or ask an administrator to allow the domain.`,
  role_needed: (refusal) =>
    `This needs the role ${roles([...refusal.roles])}. Ask somebody who holds it; /compliance people shows who does.`,
  no_one_holds_role: (refusal) =>
    `Nobody holds the role ${roles([...refusal.roles])} yet. Ask an administrator to grant it with /compliance people.`,
  administrator_needed: () =>
    "Only an administrator of the workspace can do this. Please ask one of them.",
  role_for_yourself: () =>
    "Nobody grants a signing role to themselves. Ask another administrator to grant it to you.",
  link_code_invalid: () =>
    "This code is mistyped, too old, or was used already. Type /compliance link on your other account to get a new one.",
  link_other_organisation: () =>
    "This code was made in a workspace of another organization, and accounts are linked only inside one. Administrators of both can join the workspaces with /compliance join; then link with a new code.",
  link_same_account: () =>
    "This is the account that showed you the code. Type it on your other account, such as in the other chat.",
  link_tried_too_often: ({ minutes }) =>
    `That were too many codes that do not fit. Please wait ${counted(minutes, "minute")}, then get a new code.`,
  join_code_invalid: () =>
    "This code is mistyped, too old, or was used already. Ask an administrator of the organization that stays to type /compliance join for a new one.",
  join_same_organisation: () =>
    "This workspace belongs to that organization already, so there is nothing to join. /compliance link links accounts in it.",
  join_web_chat: () =>
    "The web chat does not check who its people are, so it stays an organization of its own. Join workspaces of Slack or Teams with one another.",
  join_has_migrations: ({ migrations }) =>
    `This organization has ${counted(migrations, "migration")} of its own, whose record cannot move to another ledger: a workspace joins before its first migration. Show the code here instead, and let the other workspace join if it has none.`,
  join_token_stays: ({ workspaceRef }) =>
    `The Slack token of ${short(workspaceRef, 40)} cannot be taken along from here. Install the app again in that workspace, then type the code once more.`,
  signer_is_answerer: () =>
    "You gave answers here, so somebody else has to sign: two pairs of eyes. Request a signature from a colleague.",
  signer_is_uploader: () =>
    "You added evidence here, so somebody else has to sign: two pairs of eyes. Request a signature from a colleague.",
  signer_is_requester: () =>
    "You asked for this signature, so somebody else has to give it. /compliance people shows who can.",
  not_the_requester: () =>
    "Only the person who asked for the signature can withdraw the request. You can reject it or ask for changes.",
  not_the_signer: () =>
    "Only the signer can take this signature back, or a compliance officer by revoking it. Please ask one of them.",
  industry_needed: () =>
    "I need the customer's industry to tell which rules apply. Say it in your own words, such as “dental clinic”.",
  verticals_unconfirmed: () =>
    "Nobody has confirmed yet which rules apply. Review and confirm the verticals first.",
  verticals_outdated: ({ why }) => `${why} Review the verticals and confirm them again first.`,
  none_beside_others: () =>
    "“None of these apply” cannot stand beside a vertical. Choose either none, or those that apply.",
  sensitive_text: ({ kind, where }) =>
    `That looks like ${SENSITIVE[kind]} (in ${quoted(where.replaceAll("_", " "))}). I kept nothing of it. Please describe it without the number and send it again.`,
  invalid_answers: ({ fields }) =>
    `Some answers need another look: ${list(Object.values(fields))}. Correct them and save again.`,
  incomplete: ({ missing }) =>
    `Not ready for a signature yet. Still missing: ${list(missing)}. Add it, then request the signature again.`,
  blocked_by_answer: ({ reasons }) =>
    `An answer keeps this closed: ${list(reasons)} Mend the cause, then change the answer.`,
  file_too_large: ({ megabytes }) =>
    `The file is larger than ${megabytes} MB. Split or compress it, or give a link and its SHA-256.`,
  file_empty: ({ name }) => `The file ${quoted(name)} is empty. Check it and add it again.`,
  file_unreadable: ({ name }) =>
    `I could not read the file ${quoted(name)}. Check that I may open it, then add it again.`,
  file_is_program: ({ name }) =>
    `The file ${quoted(name)} is a program, whatever its name, and I kept nothing of it. Give the document or a screenshot that shows the evidence.`,
  file_misnamed: ({ name, is }) =>
    `The file ${quoted(name)} is not what its name says: inside it is ${is}. I kept nothing of it. Save it under the right name, or choose the right file, and add it again.`,
  evidence_needed: () =>
    "There is no file or link yet. Choose a file or give a link, then save again.",
  unknown_evidence: () =>
    "I do not find that piece of evidence here; it may have been removed. Open the requirement to see what is there.",
  attestation_needed: ({ from }) =>
    `The written word of the ${roles([...from])} is still missing. Add it as an attestation, then go on.`,
  attestation_outdated: ({ from }) =>
    `The written word of the ${roles([...from])} is about documents that were replaced since. Ask for a new one, or record that it covers the new version, then go on.`,
  attestation_from_inside: ({ domain }) =>
    `The address at ${domain} is one of ours; an attestation comes from outside. Give the person's own work address.`,
  attestation_too_old: ({ maxDays }) =>
    `That confirmation is older than ${maxDays} days. Ask for a fresh one, then add it.`,
  attestation_too_early: ({ notBefore }) =>
    `That confirmation is dated before ${notBefore}, the day of what it confirms. Ask for a newer one.`,
  nothing_to_sign: () =>
    "There is nothing to sign here now. Type /compliance next to see what comes next.",
  already_signed: ({ by }) =>
    `${short(by, 60)} has already signed this. There is nothing more to do.`,
  request_ended: ({ as, by }) =>
    `This request was already ${ENDINGS[as] ?? "ended"} by ${short(by, 60)}. Open the requirement to see how it is now.`,
  request_open: () =>
    "A signature was already requested and is still open. Wait for it, or withdraw the request first.",
  claimed_by_other: ({ by }) =>
    `${short(by, 60)} is on it already. Talk to them, or wait until their claim ends after 30 minutes.`,
  reason_needed: () => "Please give the reason in a sentence; it becomes part of the record.",
  undo_too_late: () =>
    "The 30 seconds for undo are over. You can still revoke your signature with /compliance revoke.",
  nothing_to_undo: () =>
    "You have no signature here that could be undone. /compliance status shows what is signed.",
  nothing_to_revoke: () =>
    "There is no signature here that could be revoked. /compliance status shows what is signed.",
  not_waivable: ({ why }) => `This requirement cannot be waived. ${why}`,
  waiver_too_long: ({ maxDays }) =>
    `A waiver for this lasts at most ${maxDays} days. Choose an earlier last day.`,
  not_applicable_not_allowed: () =>
    "This requirement cannot be marked as not applicable. Answer it, or ask your compliance officer.",
  signing_token_needed: () =>
    "Signing in the terminal needs a signing token. Open the signing screen in chat and choose “Sign in the terminal”.",
  signing_token_invalid: () =>
    "This signing token is used, too old, or for something else. Get a new one from the signing screen in chat.",
  signer_cannot_be_typed: () =>
    "A signer cannot be typed: --signed-by is not accepted, because anybody could type any name. Sign in chat, or use a signing token from the signing screen.",
  report_incomplete: ({ unsigned }) =>
    `The closeout report is not complete: ${listed(unsigned, "and")} ${unsigned.length === 1 ? "is" : "are"} not signed. Get ${unsigned.length === 1 ? "it" : "them"} signed, or ask for a draft.`,
  gate_blocked: ({ stage, unsatisfied }) =>
    `The gate of ${stageName(stage)} is blocked by ${listed(unsatisfied, "and")}. Resolve them, then try again.`,
  dates_in_wrong_order: () =>
    "The proposal cannot come after the go-live. Please check the two days.",
  nothing_to_adopt: () =>
    "This migration already uses the newest version of these rules. There is nothing to adopt.",
  nothing_to_accept: () =>
    "The ledger continues what was signed of it, so there is nothing to accept. /compliance verify checks all of it.",
  second_person_needed: () =>
    "You have accepted this already, and it takes two people. Ask another administrator or compliance officer to do the same.",
  ledger_stopped: ({ why }) =>
    `The ledger does not go on as it was signed, so nothing is exported: ${why} Ask a compliance officer to look at it with /compliance verify.`,
  signing_key_needed: () =>
    "What leaves the ledger is signed, and the signing key is not here. Run this where the server runs, or set CLEARGATE_SIGNING_KEY as it is set there.",
  nothing_to_export: () =>
    "The ledger has no signed entry yet. Open a migration first; everything that is done is recorded.",
  unknown_sign_off: () =>
    "There is no such sign-off in any ledger here. Its number stands on the requirement's page in chat and in the closeout report.",
  sign_off_needed: ({ signOffs }) =>
    `There are ${signOffs.length} sign-offs of it in force. Say which with --sign-off: ${signOffs.join(", ")}.`,
  unknown_organisation: () =>
    "There is no organization of that number here. Leave --organization out to see which there are.",
  organisation_needed: ({ organisations }) =>
    `There are ${organisations.length} organizations here. Say which with --organization: ${organisations.join(", ")}.`,
};

function speak<C extends RefusalCode>(code: C, refusal: RefusalOf<C>): string {
  return SENTENCES[code](refusal);
}

/** The refusal as one sentence or two: what happened and what to do next. */
export function refusalSentence(refusal: Refusal): string {
  return speak(refusal.refused, refusal);
}

/** The refusal as a private answer, with at most three ways to go on. */
export function refusalMessage(refusal: Refusal, buttons: readonly Button[] = []): Message {
  return {
    headline: refusalSentence(refusal),
    tone: "attention",
    ...(buttons.length === 0 ? {} : { sections: [{ actions: buttons.slice(0, 3) }] }),
  };
}
