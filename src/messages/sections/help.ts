/** Every command of `/compliance` with one line and a little more. */
import type { Command } from "../../domain/command.ts";

export interface HelpEntry {
  readonly verb: string;
  readonly usage: string;
  readonly line: string;
  readonly more: readonly string[];
  /** Given when the command needs no further words. */
  readonly command?: Command;
}

export const HELP: readonly HelpEntry[] = [
  {
    verb: "start",
    usage: "/compliance start",
    line: "Open a migration in this channel.",
    more: [
      "You may add the customer and the industry: /compliance start Mercy Clinic, dental clinic.",
      "I say which rules seem to apply and why; nothing counts before you confirm it.",
    ],
    command: { type: "StartMigration" },
  },
  {
    verb: "verticals",
    usage: "/compliance verticals",
    line: "See and confirm which rules apply.",
    more: ["Several can apply at once; their requirements are added together."],
    command: { type: "ReviewVerticals" },
  },
  {
    verb: "status",
    usage: "/compliance status",
    line: "See every requirement, pending or signed.",
    more: ["Each line has a button that leads to its next step."],
    command: { type: "ShowStatus" },
  },
  {
    verb: "next",
    usage: "/compliance next",
    line: "Go on with whatever comes next for you.",
    more: [
      "Signatures that wait for you come first, then whatever is late, then the order of the list.",
    ],
    command: { type: "ShowNext" },
  },
  {
    verb: "requirement",
    usage: "/compliance requirement <name>",
    line: "Read why a requirement exists, what it needs and who signs.",
    more: ["Any part of its name or title will do: /compliance requirement baa."],
  },
  {
    verb: "answer",
    usage: "/compliance answer <requirement>",
    line: "Answer the questions of a requirement.",
    more: ["Every answer is kept at once; you can stop and go on later, on any device."],
  },
  {
    verb: "evidence",
    usage: "/compliance evidence <requirement>",
    line: "Add a file or a link as evidence.",
    more: [
      "You can also drop files in the migration's thread, or write links there.",
      "I keep a file's name, size, SHA-256 and link; never its content. Of a message I keep only the links you choose.",
    ],
  },
  {
    verb: "request",
    usage: "/compliance request <requirement>",
    line: "Ask those who may sign for their signature.",
    more: [
      "You get the result as a direct message. Whoever answered, uploaded or asked cannot sign.",
    ],
  },
  {
    verb: "claim",
    usage: "/compliance claim <requirement>",
    line: "Say that you are looking at a request; it holds for 30 minutes.",
    more: ["Others see who is on it."],
  },
  {
    verb: "sign",
    usage: "/compliance sign <requirement>",
    line: "Review everything on one screen and sign.",
    more: [
      "You sign what you see: if it changes in between, the signature is refused and you look again.",
    ],
  },
  {
    verb: "undo",
    usage: "/compliance undo",
    line: "Take back the signature you gave in the last 30 seconds.",
    more: ["It stays in the record, as undone."],
    command: { type: "Undo" },
  },
  {
    verb: "revoke",
    usage: "/compliance revoke <requirement>",
    line: "Revoke a signature with a reason; the gate closes at once.",
    more: ["The signer and every compliance officer may do this."],
  },
  {
    verb: "gate",
    usage: "/compliance gate 3|5",
    line: "Check a gate: PASS, or what is left.",
    more: [
      "Stage 5 includes everything of stage 3. The result is posted in the channel and kept up to date.",
      "Record a passed gate 5 in section 7 of the Pre-Migration Checklist.",
      "Read more in the article “Compliance Verticals”, and when a gate is blocked in “07 — Troubleshooting”, issue 16.",
      "The events that auditors find in Splunk: “09 — Tools and Systems”, and Cleargate's page on the ledger's formats.",
    ],
    command: { type: "CheckGate" },
  },
  {
    verb: "report",
    usage: "/compliance report [draft]",
    line: "Get the closeout report as JSON.",
    more: ["Complete only when everything is signed; add “draft” to see it before."],
    command: { type: "ShowReport" },
  },
  {
    verb: "people",
    usage: "/compliance people",
    line: "See roles, who holds them, and the customer's contacts.",
    more: ["Administrators of the workspace grant roles there."],
    command: { type: "ShowPeople" },
  },
  {
    verb: "link",
    usage: "/compliance link [code]",
    line: "Link your accounts in two chats, so that you are one person.",
    more: [
      "Type it on the account that should stay: I show you a code. Type the code on the other account.",
      "Only inside one organization, which workspaces become with /compliance join. Roles of the account that joins end; administrators are told.",
    ],
    command: { type: "LinkIdentity" },
  },
  {
    verb: "unlink",
    usage: "/compliance unlink",
    line: "See your linked accounts, and take one away.",
    more: ["They still count as one person when two pairs of eyes are needed."],
    command: { type: "ShowLinks" },
  },
  {
    verb: "join",
    usage: "/compliance join [code]",
    line: "Join another workspace to your organization, as administrators of both.",
    more: [
      "Type it in the organization that stays: I show you a code. An administrator of the other workspace types the code there.",
      "A workspace joins before its first migration, with all workspaces of its organization. Its roles end; its people are known anew.",
    ],
    command: { type: "JoinOrganisation" },
  },
  {
    verb: "platform",
    usage: "/compliance platform",
    line: "Set the platform that is proposed.",
    more: ["Requirements that depend on it are judged again."],
    command: { type: "EditPlatform" },
  },
  {
    verb: "dates",
    usage: "/compliance dates",
    line: "Set the days of the proposal and the go-live.",
    more: ["Start-by days are counted back from them; what is already late is said at once."],
    command: { type: "EditDates" },
  },
  {
    verb: "close",
    usage: "/compliance close",
    line: "Close the migration when gate 5 passes.",
    more: ["Nothing can be changed afterward; the report stays."],
    command: { type: "CloseMigration" },
  },
  {
    verb: "cancel",
    usage: "/compliance cancel",
    line: "Cancel a migration that will not happen.",
    more: ["Its record is kept."],
    command: { type: "CancelMigration" },
  },
  {
    verb: "verify",
    usage: "/compliance verify",
    line: "Check the ledger from its first entry.",
    more: ["If an entry was tampered with, the first bad one is named."],
    command: { type: "VerifyLedger" },
  },
  {
    verb: "audit",
    usage: "/compliance audit",
    line: "See what was last signed of the ledger.",
    more: [
      "An administrator says /compliance audit here, and a checkpoint is posted in that channel once a day; /compliance audit off ends it.",
      "If the ledger does not continue what was signed, two people accept it with /compliance audit accept and the reason.",
    ],
    command: { type: "ShowAudit" },
  },
  {
    verb: "doctor",
    usage: "/compliance doctor",
    line: "Check that everything works, with a fix for what does not.",
    more: ["Run it first when something seems wrong."],
    command: { type: "RunDoctor" },
  },
  {
    verb: "help",
    usage: "/compliance help <command>",
    line: "See all commands, or more about one.",
    more: [
      "Small typing errors are forgiven.",
      "The name of a vertical, such as HIPAA, tells why its rules matter.",
    ],
    command: { type: "ShowHelp" },
  },
];
