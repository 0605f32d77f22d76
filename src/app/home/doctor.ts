import { doctorMessage, helpMessage, ledgerMessage } from "../../messages/report.ts";
import type { Deps, Finding, UseCase } from "../ports.ts";

/** Checks the machine, the database and the surfaces, each finding with its fix. */
export const runDoctor: UseCase<"RunDoctor"> = async (context) => ({
  kind: "show",
  message: doctorMessage(await examine(context.deps)),
});

/** Every finding of every examination; one that fails is itself a finding. */
export async function examine(deps: Deps): Promise<readonly Finding[]> {
  const findings = await Promise.all(
    deps.examinations.map((examination) =>
      examination().catch((): readonly Finding[] => [
        {
          check: "examination",
          ok: false,
          says: "A check could not be run.",
          fix: "Look for the event `examination_failed` in the log.",
        },
      ]),
    ),
  );
  return findings.flat();
}

/** Checks the ledger from its first entry. */
export const verifyLedger: UseCase<"VerifyLedger"> = async ({ deps, person }) => ({
  kind: "show",
  message: ledgerMessage(await deps.store.verifyLedger(person.organisationId)),
});

/** Every command with one line, or help on one topic. */
export const showHelp: UseCase<"ShowHelp"> = async (_context, command) => ({
  kind: "show",
  message: helpMessage(command.topic),
});
