/** Turns the words after `/compliance` into a command, forgiving typos, synonyms, quotes and odd spaces. */
import type { Command, CommandType } from "../../domain/command.ts";
import { readLinkCode } from "../../domain/people/linking.ts";
import type { Refusal } from "../../domain/refusal.ts";
import { editsBetween, forgivenEdits } from "./closeness.ts";

/** The verbs of `/compliance`, each with the words that mean the same. */
export const VERBS = {
  home: ["", "home", "menu", "queue", "todo"],
  start: ["start", "new", "begin", "create", "open", "onboard"],
  verticals: ["verticals", "vertical", "industry", "rules", "detect", "confirm"],
  status: ["status", "list", "dashboard", "progress", "check", "show", "checklist"],
  next: ["next", "continue", "resume", "go"],
  requirement: ["requirement", "about", "explain", "why", "details"],
  answer: ["answer", "fill", "interview", "edit", "questions"],
  evidence: ["evidence", "attach", "upload", "file", "proof"],
  sign: ["sign", "approve", "signoff", "sign-off", "ok"],
  request: ["request", "ask", "submit", "send"],
  gate: ["gate", "gates", "advance", "can-advance", "pass", "stage"],
  report: ["report", "export", "closeout", "json"],
  people: ["people", "roles", "who", "contacts", "team", "approvers"],
  link: ["link", "connect", "accounts"],
  unlink: ["unlink", "unlinked", "disconnect"],
  join: ["join", "merge"],
  platform: ["platform", "provider", "ucaas"],
  dates: ["dates", "date", "deadline", "golive", "go-live", "schedule"],
  claim: ["claim", "take", "mine"],
  undo: ["undo", "oops"],
  revoke: ["revoke", "unsign", "retract"],
  close: ["close", "finish", "complete", "done"],
  cancel: ["cancel", "abort", "abandon", "delete"],
  verify: ["verify", "ledger"],
  audit: ["audit", "checkpoint", "checkpoints"],
  help: ["help", "?", "commands", "usage", "hi", "hello"],
  doctor: ["doctor", "diagnose", "health", "selftest"],
} as const;
export type Verb = keyof typeof VERBS;

/** The commands that a picker can finish once the migration or requirement is chosen. */
export const VERB_OF: Partial<Record<CommandType, Verb>> = {
  ReviewVerticals: "verticals",
  ShowStatus: "status",
  ShowNext: "next",
  ShowRequirement: "requirement",
  AnswerRequirement: "answer",
  AddEvidence: "evidence",
  ReviewSignOff: "sign",
  RequestSignOff: "request",
  CheckGate: "gate",
  ShowReport: "report",
  ShowPeople: "people",
  EditPlatform: "platform",
  EditDates: "dates",
  Claim: "claim",
  Undo: "undo",
  RevokeSignOff: "revoke",
  CloseMigration: "close",
  CancelMigration: "cancel",
};

const LONGEST = 2000;

/** The command that the text means, or what was not understood with at most three suggestions. */
export function parseText(text: string): Command | Refusal {
  const words = tidy(text.slice(0, LONGEST)).split(" ");
  const said = (words[0] ?? "").toLowerCase();
  const verb = findVerb(said);
  if (verb === null || text.length > LONGEST) {
    return { refused: "unknown_command", text: said.slice(0, 60), suggestions: suggestVerbs(said) };
  }
  return toCommand(verb, words.slice(1).join(" ").slice(0, 200));
}

/** Folds spaces, quotes and format characters; drops a repeated `/compliance`. */
function tidy(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .replace(/["'`´‘’“”«»]/gu, "")
    .trim()
    .replace(/^\/?compliance\b\s*/iu, "");
}

function findVerb(said: string): Verb | null {
  for (const [verb, names] of entries()) {
    if (names.includes(said)) return verb;
  }
  const near = nearVerbs(said).filter(({ edits }) => edits <= forgivenEdits(said));
  const best = near[0];
  if (!best || near.some(({ verb, edits }) => verb !== best.verb && edits === best.edits))
    return null;
  return best.verb;
}

/** At most three verbs that the word may have meant. */
function suggestVerbs(said: string): readonly string[] {
  const limit = Math.max(2, Math.ceil(said.length / 2));
  const near = nearVerbs(said).filter(({ edits }) => edits <= limit);
  return [...new Set(near.map(({ verb }) => verb))].slice(0, 3);
}

function nearVerbs(said: string): { verb: Verb; edits: number }[] {
  const short = said.slice(0, 40);
  return entries()
    .flatMap(([verb, names]) =>
      names
        .filter((name) => name.length > 1)
        .map((name) => ({ verb, edits: editsBetween(short, name) })),
    )
    .sort((a, b) => a.edits - b.edits);
}

function entries(): [Verb, readonly string[]][] {
  return Object.entries(VERBS).map(([verb, names]) => [verb as Verb, names]);
}

const PLAIN: Partial<Record<Verb, Command>> = {
  home: { type: "OpenHome" },
  verticals: { type: "ReviewVerticals" },
  status: { type: "ShowStatus" },
  next: { type: "ShowNext" },
  people: { type: "ShowPeople" },
  platform: { type: "EditPlatform" },
  dates: { type: "EditDates" },
  unlink: { type: "ShowLinks" },
  undo: { type: "Undo" },
  close: { type: "CloseMigration" },
  cancel: { type: "CancelMigration" },
  verify: { type: "VerifyLedger" },
  doctor: { type: "RunDoctor" },
};

const WORDED: Partial<
  Record<
    Verb,
    | "AnswerRequirement"
    | "AddEvidence"
    | "ReviewSignOff"
    | "RequestSignOff"
    | "Claim"
    | "RevokeSignOff"
    | "ShowRequirement"
  >
> = {
  answer: "AnswerRequirement",
  evidence: "AddEvidence",
  sign: "ReviewSignOff",
  request: "RequestSignOff",
  claim: "Claim",
  revoke: "RevokeSignOff",
  requirement: "ShowRequirement",
};

/** The command of a verb with the words that follow it. */
export function toCommand(verb: Verb, rest: string): Command {
  const worded = WORDED[verb];
  if (worded) return { type: worded, ...(rest === "" ? {} : { words: rest }) };
  return READ[verb]?.(rest) ?? PLAIN[verb] ?? { type: "ShowHelp" };
}

/** Verbs whose words mean something of their own. */
const READ: Partial<Record<Verb, (rest: string) => Command>> = {
  start: (rest) => ({ type: "StartMigration", ...customerAndIndustry(rest) }),
  link: toLink,
  join: (rest) => ({ type: "JoinOrganisation", ...(rest === "" ? {} : { code: rest }) }),
  gate: (rest) => ({ type: "CheckGate", ...stageIn(rest) }),
  report: (rest) => ({
    type: "ShowReport",
    ...(/\bdraft\b/i.test(rest) ? { draft: true } : {}),
  }),
  audit: toAudit,
  help: (rest) => ({ type: "ShowHelp", ...(rest === "" ? {} : { topic: rest }) }),
};

/** Without words or with a code it is about accounts; `link baa` is a link as evidence. */
function toLink(rest: string): Command {
  if (rest === "") return { type: "LinkIdentity" };
  const isName = /^[a-z_ ]+$/i.test(rest) && readLinkCode(rest) === null;
  return isName ? { type: "AddEvidence", words: rest } : { type: "LinkIdentity", code: rest };
}

/** `audit here`, `audit off`, `audit accept restored after a disk failure`. */
function toAudit(rest: string): Command {
  const [word = "", ...more] = rest.split(" ");
  const reason = more.join(" ");
  if (/^here$/i.test(word)) return { type: "ChooseAuditChannel", post: "here" };
  if (/^(off|nowhere)$/i.test(word)) return { type: "ChooseAuditChannel", post: "nowhere" };
  if (!/^accept$/i.test(word)) return { type: "ShowAudit" };
  return { type: "AcceptLedgerBreak", ...(reason === "" ? {} : { reason }) };
}

/** `start Mercy Clinic, healthcare` names the customer and the industry. */
function customerAndIndustry(rest: string): { customer?: string; industry?: string } {
  if (rest === "") return {};
  const [customer = "", ...industry] = rest.split(/[,|;]/).map((part) => part.trim());
  return {
    ...(customer === "" ? {} : { customer }),
    ...(industry.length === 0 ? {} : { industry: industry.join(", ") }),
  };
}

function stageIn(rest: string): { stage?: 3 | 5 } {
  if (/\b(5|five|go[- ]?live)\b/i.test(rest)) return { stage: 5 };
  if (/\b(3|three|proposal)\b/i.test(rest)) return { stage: 3 };
  return {};
}
