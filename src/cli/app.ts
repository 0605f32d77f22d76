/** Puts the use cases of the terminal into the form in which the command line asks for them. */

import type { LedgerExports } from "../app/audit-ports.ts";
import { examineAll } from "../app/home/doctor.ts";
import type { Deps } from "../app/ports.ts";
import {
  createInTerminal,
  gateInTerminal,
  type Home,
  type Proposed,
  proposeInTerminal,
  reportInTerminal,
  statusInTerminal,
} from "../app/terminal/migrations.ts";
import { notingRefusal } from "../app/terminal/refused.ts";
import { signInTerminal } from "../app/terminal/sign.ts";
import type { MigrationId } from "../domain/ids.ts";
import { isRefusal, type Refusal } from "../domain/refusal.ts";
import type { MigrationView } from "../domain/requirements/view.ts";
import { gateText } from "../messages/gate.ts";
import type { Message, Section } from "../messages/message.ts";
import { type Gates, migrationCard } from "../messages/migration.ts";
import { doctorMessage } from "../messages/report.ts";
import { stageChecklist } from "../messages/sections/overview.ts";
import { DASHBOARD_MOTTO, signedOffLine } from "../messages/wording.ts";
import { deliverAgain } from "./deliveries.ts";
import { detectionMessage } from "./detection-message.ts";
import { exportTo } from "./exports.ts";
import type { CliAnswer, CliApp } from "./run.ts";
import { publicKey, verifyInTerminal } from "./verify.ts";

export interface CliAppOptions {
  readonly deps: Deps;
  readonly exports: LedgerExports;
  /** The workspace whose organisation a created migration belongs to. */
  readonly findHome: () => Promise<Home>;
  /** IANA zone of this terminal, in which a created migration counts its days. */
  readonly timeZone: string;
  readonly close: () => Promise<void>;
}

export function createCliApp(options: CliAppOptions): CliApp {
  const { deps, findHome, timeZone, close } = options;
  const noting = <T>(command: string, migrationId: MigrationId, answer: T | Refusal) =>
    notingRefusal(deps, { command, migrationId }, answer);
  return {
    create: async ({ customer, industry }) =>
      answerProposal(
        await createInTerminal(deps, await findHome(), { customer, industry, timeZone }),
      ),
    propose: async ({ migration, industry }) =>
      answerProposal(
        await noting("propose", migration, await proposeInTerminal(deps, migration, industry)),
      ),
    status: async ({ migration }) => {
      const status = await noting("status", migration, await statusInTerminal(deps, migration));
      if (isRefusal(status)) return status;
      const report = await reportInTerminal(deps, migration, { draft: true });
      if (isRefusal(report)) return report;
      return passed(statusInWords(status.view, status.gates), report.json);
    },
    canAdvance: async ({ migration, stage }) => {
      const gate = await gateInTerminal(deps, migration, stage);
      const asked = await noting("can_advance", migration, gate);
      if (isRefusal(asked)) return asked;
      const [headline = "", ...lines] = gateText(asked.verdict, asked.loaded.view).split("\n");
      const outcome = asked.verdict.verdict === "pass" ? "passed" : "blocked";
      const message = { headline, sections: lines.length > 0 ? [{ lines }] : [] };
      return { outcome, message, json: JSON.stringify(asked.verdict) };
    },
    signOff: async ({ migration, requirement, token }) => {
      const signed = await signInTerminal(deps, { migrationId: migration, requirement, token });
      if (isRefusal(signed)) return signed;
      const { signer, signedAt, contentHash } = signed.signOff;
      const by = signer.email ?? signer.name;
      return passed(
        { headline: signedOffLine(requirement, by, signedAt) },
        JSON.stringify({ requirement, signed_by: by, signed_at: signedAt, content: contentHash }),
      );
    },
    report: async ({ migration, draft }) => {
      const written = await reportInTerminal(deps, migration, { draft });
      const report = await noting("report", migration, written);
      return isRefusal(report) ? report : passed({ headline: report.fileName }, report.json);
    },
    verify: ({ replay }) => verifyInTerminal(deps, replay),
    publicKey: () => publicKey(deps),
    exportTo: (request, write) => exportTo(options, request, write),
    deliverAgain: (request) => deliverAgain(deps, request),
    doctor: async () => {
      const findings = await examineAll(deps);
      return {
        outcome: findings.every(({ ok }) => ok) ? "passed" : "failed",
        message: doctorMessage(findings),
        json: JSON.stringify(findings),
      };
    },
    close,
  };
}

function passed(message: Message, json: string): CliAnswer {
  return { outcome: "passed", message, json };
}

/** The living card, and under it every requirement with the name that `--requirement` takes. */
function statusInWords(view: MigrationView, gates: Gates): Message {
  const { headline, sections = [] } = migrationCard(view, gates);
  return {
    headline,
    sections: [...sections, ...stageChecklist(view)],
    footnote: DASHBOARD_MOTTO,
  };
}

function answerProposal(proposed: Proposed | Refusal): CliAnswer | Refusal {
  if (isRefusal(proposed)) return proposed;
  const { migrationId, detection } = proposed;
  const message = detectionMessage(detection);
  const id: Section = { fields: [{ label: "Migration", value: migrationId }] };
  return passed(
    { ...message, sections: [id, ...(message.sections ?? [])] },
    JSON.stringify({ migration_id: migrationId, ...detection }),
  );
}
