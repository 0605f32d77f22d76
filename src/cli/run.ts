/** Runs one request of the command line: what it prints, and with which exit code it ends. */

import type { MigrationId } from "../domain/ids.ts";
import { isRefusal, type Refusal, type RefusalCode } from "../domain/refusal.ts";
import type { Detection } from "../domain/verticals/detection.ts";
import type { Message } from "../messages/message.ts";
import type { CliRequest } from "./arguments.ts";
import type { DeliveryRequest } from "./deliveries.ts";
import { detectionMessage } from "./detection-message.ts";
import type { ExportRequest } from "./exports.ts";
import { HELP } from "./help.ts";
import { renderText } from "./render-text.ts";

/** `usage` is `EX_USAGE` of sysexits. */
export const EXIT = { passed: 0, failed: 1, blocked: 2, usage: 64 } as const;

export interface CliAnswer {
  readonly outcome: "passed" | "blocked" | "failed";
  /** What a person reads. */
  readonly message: Message;
  /** What `--json` prints; already serialised, because a report must stay the same to the byte. */
  readonly json: string;
}

/** The use cases, as the command line needs them. Each talks to the same database as the server. */
export interface CliApp {
  create(wish: { readonly customer: string; readonly industry: string }): Answer;
  propose(wish: { readonly migration: MigrationId; readonly industry: string }): Answer;
  /** The draft report, whose message lists every requirement with its state. */
  status(wish: { readonly migration: MigrationId }): Answer;
  canAdvance(wish: { readonly migration: MigrationId; readonly stage: 3 | 5 }): Answer;
  signOff(wish: {
    readonly migration: MigrationId;
    readonly requirement: string;
    readonly token: string;
  }): Answer;
  report(wish: { readonly migration: MigrationId; readonly draft: boolean }): Answer;
  /** `replay`: the tables are rebuilt from the ledger and compared too. */
  verify(wish: { readonly replay: boolean }): Answer;
  publicKey(): Answer;
  exportTo(request: ExportRequest, write: Write): Answer;
  deliverAgain(request: DeliveryRequest): Answer;
  doctor(): Answer;
  close(): Promise<void>;
}
type Write = (text: string) => Promise<void>;
type Answer = Promise<CliAnswer | Refusal>;

export interface Terminal {
  readonly write: (text: string) => void;
  readonly complain: (text: string) => void;
  readonly version: string;
  /** Needs no database. */
  readonly detect: (text: string) => Detection;
  readonly openApp: () => Promise<CliApp>;
  /** From `COMPLIANCE_TOKEN` or standard input; null when neither has one. */
  readonly readToken: () => Promise<string | null>;
  readonly wordRefusal: (refusal: Refusal) => Message;
  /** Writes a whole file, or none when the work fails or answers with a refusal. */
  readonly saveFile: <T>(path: string, work: (write: Write) => Promise<T>) => Promise<T>;
}

/** Answers with the exit code. */
export async function runRequest(request: CliRequest, terminal: Terminal): Promise<number> {
  if (request.command === "help") return say(terminal, HELP);
  if (request.command === "version") return say(terminal, `${terminal.version}\n`);
  if (request.command === "detect") {
    const detection = terminal.detect(request.text);
    const json = `${JSON.stringify(detection)}\n`;
    return say(terminal, request.json ? json : renderText(detectionMessage(detection)));
  }
  const token = request.command === "sign_off" ? await terminal.readToken() : null;
  if (request.command === "sign_off" && token === null)
    return refuse({ refused: "signing_token_needed" }, request.json, terminal);
  const app = await terminal.openApp();
  try {
    const answer = await askFor(app, request, { token: token ?? "", terminal });
    if (isRefusal(answer)) return refuse(answer, "json" in request && request.json, terminal);
    return await show(answer, request, terminal);
  } finally {
    await app.close();
  }
}

type AppRequest = Exclude<CliRequest, { command: "help" | "version" | "detect" }>;

/** What is given to an auditor goes into a file while it is read. */
function askFor(
  app: CliApp,
  request: AppRequest,
  { token, terminal }: { readonly token: string; readonly terminal: Terminal },
): Answer {
  if (request.command !== "export_audit" && request.command !== "export_proof")
    return ask(app, request, token);
  return terminal.saveFile(request.output, (write) => app.exportTo(request, write));
}

function ask(app: CliApp, request: Exclude<AppRequest, ExportRequest>, token: string): Answer {
  switch (request.command) {
    case "create":
      return app.create(request);
    case "propose":
      return app.propose(request);
    case "status":
      return app.status(request);
    case "can_advance":
      return app.canAdvance(request);
    case "sign_off":
      return app.signOff({ ...request, token });
    case "report":
      return app.report(request);
    case "verify":
      return app.verify(request);
    case "public_key":
      return app.publicKey();
    case "dead_letters":
    case "replay":
    case "resend":
      return app.deliverAgain(request);
    case "doctor":
      return app.doctor();
  }
}

/** The status as JSON is the draft report. */
function isReport({ command }: AppRequest): boolean {
  return command === "report" || command === "status";
}

/** The report is JSON however it is asked for, and these bytes only: their hash is in the ledger. */
async function show(answer: CliAnswer, request: AppRequest, terminal: Terminal): Promise<number> {
  if (request.command === "report" && request.output !== null) {
    await terminal.saveFile(request.output, (write) => write(answer.json));
    terminal.complain(`Written to ${request.output}\n`);
  } else if (request.command === "report") terminal.write(answer.json);
  else if (request.json) terminal.write(`${answer.json}${isReport(request) ? "" : "\n"}`);
  else terminal.write(renderText(answer.message));
  return EXIT[answer.outcome];
}

/** What is missing for a gate or a report is remaining work, not a failure. */
const REMAINING_WORK: readonly RefusalCode[] = ["gate_blocked", "report_incomplete"];

function refuse(refusal: Refusal, json: boolean, terminal: Terminal): number {
  if (json) terminal.write(`${JSON.stringify(refusal)}\n`);
  else terminal.complain(renderText(terminal.wordRefusal(refusal)));
  return REMAINING_WORK.includes(refusal.refused) ? EXIT.blocked : EXIT.failed;
}

function say(terminal: Terminal, text: string): number {
  terminal.write(text);
  return EXIT.passed;
}
