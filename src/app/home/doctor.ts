import type { Definition } from "../../domain/workflows/definition.ts";
import type { Message } from "../../messages/message.ts";
import { doctorMessage, helpMessage, ledgerMessage } from "../../messages/report.ts";
import { verticalHelp } from "../../messages/sections/verticals.ts";
import type { Deps, Finding, UseCase } from "../ports.ts";
import { examineRoles } from "./examine-roles.ts";

/** Checks the machine, the database, the surfaces and the roles, each finding with its fix. */
export const runDoctor: UseCase<"RunDoctor"> = async ({ deps, organisationId }) => ({
  kind: "show",
  message: doctorMessage([...(await examine(deps)), ...(await examineRoles(deps, organisationId))]),
});

/** The same for the terminal, which belongs to no organisation: the roles of each. */
export async function examineAll(deps: Deps): Promise<readonly Finding[]> {
  const findings = [...(await examine(deps))];
  const organisations = await deps.store.organisations();
  for (const id of organisations) {
    const where = organisations.length === 1 ? "" : ` of organization ${id}`;
    const roles = await examineRoles(deps, id);
    findings.push(...roles.map((finding) => ({ ...finding, check: `${finding.check}${where}` })));
  }
  return findings;
}

/** Every finding of every examination; one that fails is itself a finding. */
export async function examine(deps: Deps): Promise<readonly Finding[]> {
  const findings = await Promise.all(
    deps.examinations.map((examination) => examination().catch(() => [NOT_EXAMINED])),
  );
  return findings.flat();
}

const NOT_EXAMINED: Finding = {
  check: "examination",
  ok: false,
  says: "A check could not be carried out: what it looks at does not answer.",
  fix: "See whether the database and the chat platform can be reached, then check again.",
};

/** Checks the ledger from its first entry. */
export const verifyLedger: UseCase<"VerifyLedger"> = async ({ deps, person }) => ({
  kind: "show",
  message: ledgerMessage(await deps.store.verifyLedger(person.organisationId)),
});

/** Every command with one line, or help on one topic: a command or a vertical. */
export const showHelp: UseCase<"ShowHelp"> = async ({ deps }, { topic }) => ({
  kind: "show",
  message: helpOnVertical(deps.workflows, topic) ?? helpMessage(topic),
});

function helpOnVertical(workflows: readonly Definition[], topic = ""): Message | null {
  const meant = topic.trim().toLowerCase();
  const found = workflows.find(({ workflow: { vertical, title } }) =>
    [vertical, title].some((name) => name.toLowerCase() === meant),
  );
  if (!found) return null;
  const { title, package: product = null, why = null, notes } = found.workflow;
  return verticalHelp({ title, product, why, notes });
}
