/** Which commands only read, and which decide: a decision asks the platform who the person is, right now. */
import type { CommandType } from "../../domain/command.ts";

const READING: ReadonlySet<CommandType> = new Set<CommandType>([
  "OpenHome",
  "ShowHelp",
  "RunDoctor",
  "VerifyLedger",
  "ShowAudit",
  "ShowStatus",
  "ShowNext",
  "ChooseMigration",
  "ShowRequirement",
  "CheckGate",
  "ShowReport",
  "ShowPeople",
  "ShowLinks",
  "OfferLinks",
]);

const DECISIONS: ReadonlySet<CommandType> = new Set<CommandType>([
  "ReviewSignOff",
  "SignOff",
  "SignInTerminal",
  "SaveRejection",
  "SaveChangesAsked",
  "SaveRevocation",
  "Undo",
  "UndoSignOff",
  "ConfirmVerticals",
  "SaveRole",
  "LinkIdentity",
  "ConfirmLink",
  "UnlinkIdentity",
  "JoinOrganisation",
  "ConfirmJoin",
  "WithdrawRole",
  "ChooseAuditChannel",
  "AcceptLedgerBreak",
  "ConfirmClose",
  "ConfirmCancel",
]);

/** Guests may do it: it changes nothing. */
export function isReading(type: CommandType): boolean {
  return READING.has(type);
}

/** It decides something: the person is looked up again before the transaction. */
export function isDecision(type: CommandType): boolean {
  return DECISIONS.has(type);
}
