/** Every command and the use case that carries it out; the compiler sees to it that none is forgotten. */

import { Command, type CommandOf, type CommandType } from "../../domain/command.ts";
import type { Refusal } from "../../domain/refusal.ts";
import { acceptLedgerBreak } from "../audit/accept.ts";
import { chooseAuditChannel } from "../audit/choose-channel.ts";
import { showAudit } from "../audit/show.ts";
import { addEvidence } from "../evidence/add.ts";
import { attachFiles } from "../evidence/attach-files.ts";
import { attachLinks, offerLinks } from "../evidence/attach-links.ts";
import { addAttestation, saveAttestation } from "../evidence/attestation.ts";
import { removeEvidence } from "../evidence/remove.ts";
import { saveEvidence } from "../evidence/save.ts";
import { checkGate } from "../gates/check.ts";
import { runDoctor, showHelp, verifyLedger } from "../home/doctor.ts";
import { openHome } from "../home/open.ts";
import { adoptWorkflow } from "../migrations/adopt.ts";
import {
  cancelMigration,
  closeMigration,
  confirmCancel,
  confirmClose,
} from "../migrations/close.ts";
import { editDates, editPlatform, saveDates, savePlatform } from "../migrations/dates.ts";
import { linkChannel, openMigration } from "../migrations/open.ts";
import { startMigration } from "../migrations/start.ts";
import { showNext, showStatus } from "../migrations/status.ts";
import { confirmVerticals, reviewVerticals } from "../migrations/verticals.ts";
import { editContact, saveContact } from "../people/contacts.ts";
import { grantRole, saveRole, withdrawRole } from "../people/grant.ts";
import { confirmJoin, joinOrganisation } from "../people/join.ts";
import { confirmLink, linkIdentity, showLinks, unlinkIdentity } from "../people/link.ts";
import { showPeople } from "../people/show.ts";
import type { Context, Reply, UseCase } from "../ports.ts";
import { showReport } from "../reports/closeout.ts";
import { answerRequirement } from "../requirements/answer.ts";
import { reportChange, saveChange } from "../requirements/report-change.ts";
import { saveAnswers } from "../requirements/save-answers.ts";
import { showRequirement } from "../requirements/show.ts";
import { claim, claimRequest } from "../sign-offs/claim.ts";
import {
  askForChanges,
  rejectRequest,
  saveChangesAsked,
  saveRejection,
  withdrawRequest,
} from "../sign-offs/decline.ts";
import {
  proposeNotApplicable,
  proposeWaiver,
  saveNotApplicable,
  saveWaiver,
} from "../sign-offs/exceptions.ts";
import { recordSignOff } from "../sign-offs/record.ts";
import { requestSignOff } from "../sign-offs/request.ts";
import { reviewSignOff } from "../sign-offs/review.ts";
import { revokeSignOff, saveRevocation } from "../sign-offs/revoke.ts";
import { signInTerminal } from "../sign-offs/token.ts";
import { undo, undoSignOff } from "../sign-offs/undo.ts";
import { toCommand, VERBS, type Verb } from "./parse-text.ts";

const USE_CASES: { readonly [T in CommandType]: UseCase<T> } = {
  OpenHome: openHome,
  ShowHelp: showHelp,
  RunDoctor: runDoctor,
  VerifyLedger: verifyLedger,
  ShowAudit: showAudit,
  ChooseAuditChannel: chooseAuditChannel,
  AcceptLedgerBreak: acceptLedgerBreak,
  StartMigration: startMigration,
  OpenMigration: openMigration,
  ReviewVerticals: reviewVerticals,
  ConfirmVerticals: confirmVerticals,
  ShowStatus: showStatus,
  ShowNext: showNext,
  ChooseMigration: chooseMigration,
  LinkChannel: linkChannel,
  EditDates: editDates,
  SaveDates: saveDates,
  EditPlatform: editPlatform,
  SavePlatform: savePlatform,
  CloseMigration: closeMigration,
  ConfirmClose: confirmClose,
  CancelMigration: cancelMigration,
  ConfirmCancel: confirmCancel,
  AdoptWorkflow: adoptWorkflow,
  ShowRequirement: showRequirement,
  AnswerRequirement: answerRequirement,
  SaveAnswers: saveAnswers,
  AddEvidence: addEvidence,
  SaveEvidence: saveEvidence,
  RemoveEvidence: removeEvidence,
  AttachFiles: attachFiles,
  OfferLinks: offerLinks,
  AttachLinks: attachLinks,
  AddAttestation: addAttestation,
  SaveAttestation: saveAttestation,
  ReportChange: reportChange,
  SaveChange: saveChange,
  RequestSignOff: requestSignOff,
  ReviewSignOff: reviewSignOff,
  SignOff: recordSignOff,
  SignInTerminal: signInTerminal,
  ClaimRequest: claimRequest,
  Claim: claim,
  RejectRequest: rejectRequest,
  SaveRejection: saveRejection,
  AskForChanges: askForChanges,
  SaveChangesAsked: saveChangesAsked,
  WithdrawRequest: withdrawRequest,
  ProposeNotApplicable: proposeNotApplicable,
  SaveNotApplicable: saveNotApplicable,
  ProposeWaiver: proposeWaiver,
  SaveWaiver: saveWaiver,
  Undo: undo,
  UndoSignOff: undoSignOff,
  RevokeSignOff: revokeSignOff,
  SaveRevocation: saveRevocation,
  CheckGate: checkGate,
  ShowReport: showReport,
  ShowPeople: showPeople,
  GrantRole: grantRole,
  SaveRole: saveRole,
  WithdrawRole: withdrawRole,
  EditContact: editContact,
  SaveContact: saveContact,
  LinkIdentity: linkIdentity,
  ConfirmLink: confirmLink,
  ShowLinks: showLinks,
  UnlinkIdentity: unlinkIdentity,
  JoinOrganisation: joinOrganisation,
  ConfirmJoin: confirmJoin,
};

/** Carries out a command. */
export function act<T extends CommandType>(
  context: Context,
  command: CommandOf<T>,
): Promise<Reply | Refusal> {
  const useCase: UseCase<T> = USE_CASES[command.type as T];
  return useCase(context, command);
}

/** Goes on with what the person had asked for, now that the migration is chosen. */
async function chooseMigration(
  context: Context,
  chosen: CommandOf<"ChooseMigration">,
): Promise<Reply | Refusal> {
  const verb = Object.keys(VERBS).find((known): known is Verb => known === chosen.next);
  const next = verb && toCommand(verb, chosen.words ?? "");
  const command = Command.safeParse({ ...next, migration: chosen.migration });
  if (command.success) return act(context, command.data);
  return { refused: "unknown_command", text: chosen.next, suggestions: [] };
}
