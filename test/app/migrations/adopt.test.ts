import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { converse } from "../../../src/app/conversation/converse.ts";
import type { Deps, Reply } from "../../../src/app/ports.ts";
import { statusInTerminal } from "../../../src/app/terminal/migrations.ts";
import { identifyWebPerson } from "../../../src/chat/web/people.ts";
import { Command } from "../../../src/domain/command.ts";
import { MigrationId } from "../../../src/domain/ids.ts";
import { isRefusal } from "../../../src/domain/refusal.ts";
import type { RequirementView } from "../../../src/domain/requirements/view.ts";
import { areProblems, checkWorkflow } from "../../../src/domain/workflows/check.ts";
import type { Definition } from "../../../src/domain/workflows/definition.ts";
import { clearRequirement, HIPAA_WAYS, signAs } from "../../scenarios/clear-requirement.ts";
import { answersOf, LOGGING, openClinic } from "../../scenarios/openings.ts";
import { openWebStage, type WebStage } from "../../scenarios/web-stage.ts";
import { createDatabase } from "../../support/database.ts";

const database = await createDatabase();
const CHANGED = LOGGING.requirement;
const UNTOUCHED = "hipaa_phi_inventory_partial";
let stage: WebStage;
let older: Definition;
let newer: Definition;
let moves: MigrationId;
let stays: MigrationId;

/** The program after an update of its files: it has only the newer version. */
function updated(): Deps {
  const { deps } = stage.running.core;
  const workflows = deps.workflows.map((one) => (one.hash === older.hash ? newer : one));
  return { ...deps, workflows };
}

async function adopt(migration: MigrationId): Promise<Reply> {
  const deps = updated();
  const local = { surface: "web", workspaceRef: "local" } as const;
  const { workspaceId } = await deps.store.organisationOf(local);
  return converse(deps, {
    identity: identifyWebPerson("amara", workspaceId),
    place: { kind: "home", channel: null },
    command: Command.parse({ type: "AdoptWorkflow", migration, vertical: "HIPAA" }),
    values: {},
    eventKey: randomUUID(),
    correlationId: randomUUID(),
  });
}

async function look(id: MigrationId) {
  const status = await statusInTerminal(updated(), id);
  if (isRefusal(status)) throw new Error(status.refused);
  const the = (name: string): RequirementView => {
    const found = status.view.requirements.find((one) => one.name === name);
    if (!found) throw new Error(`there is no ${name}`);
    return found;
  };
  return { view: status.view, the };
}

async function openSigned(channel: string): Promise<MigrationId> {
  await openClinic(stage, channel);
  for (const way of HIPAA_WAYS.filter(({ requirement }) =>
    [CHANGED, UNTOUCHED].includes(requirement),
  ))
    await clearRequirement(stage, way, answersOf(stage));
  const rows = await database.asOwner("select id from migrations where customer = $1", [
    `Clinic ${channel}`,
  ]);
  return MigrationId.parse(rows[0]?.id);
}

beforeAll(async () => {
  stage = await openWebStage(database.ownerUrl);
  const found = stage.running.core.deps.workflows.find(
    ({ workflow }) => workflow.vertical === "HIPAA",
  );
  if (!found) throw new Error("no HIPAA file");
  older = found;
  const written = structuredClone(found.workflow);
  const checked = checkWorkflow(found.file, {
    ...written,
    version: written.version + 1,
    requirements: written.requirements.map((one) =>
      one.name === CHANGED ? { ...one, instruction: "Set the retention, then look again." } : one,
    ),
  });
  if (areProblems(checked)) throw new Error(JSON.stringify(checked));
  newer = checked;
  stays = await openSigned("stays");
  moves = await openSigned("moves");
}, 60_000);
afterAll(async () => {
  await stage.stop();
});

describe("a workflow file that changes under running migrations", () => {
  it("leaves them on the version that they started with, which the database keeps by its hash", async () => {
    const { view, the } = await look(moves);
    const kept = await database.asOwner(
      "select hash from workflow_definitions where vertical = 'HIPAA'",
    );

    expect(newer.hash).not.toBe(older.hash);
    expect(kept.map(({ hash }) => hash)).toEqual([older.hash]);
    expect(view.outdated.map(({ vertical }) => vertical)).toEqual(["HIPAA"]);
    expect(view.unreadable).toEqual([]);
    expect([the(CHANGED).state, the(UNTOUCHED).state]).toEqual(["signed", "signed"]);
    expect(the(CHANGED).definitionHash).toBe(older.hash);
    expect(the(CHANGED).definition.instruction).not.toContain("look again");
  });

  it("is adopted by one of them: what changed opens again, and nothing else", async () => {
    expect((await adopt(moves)).kind).toBe("show");
    const { view, the } = await look(moves);

    expect(view.outdated).toEqual([]);
    expect(the(CHANGED).definitionHash).toBe(newer.hash);
    expect(the(CHANGED).definition.instruction).toContain("look again");
    expect(the(CHANGED).state).toBe("in_progress");
    expect(the(UNTOUCHED).state).toBe("signed");
  });

  it("is recorded as an act of the person who adopted it, with both versions and what it opened", async () => {
    const acts = await database.asOwner(
      `select entry::json as entry from (
         select entry, migration_id from ledger_entries
         union all select entry, migration_id from ledger_staging
       ) ledger where migration_id = $1 and entry::json ->> 'type' = 'WorkflowAdopted'`,
      [moves],
    );

    expect(acts).toHaveLength(1);
    expect(acts[0]?.entry).toMatchObject({
      vertical: "HIPAA",
      from: older.hash,
      to: newer.hash,
      reopened: [CHANGED],
    });
  });

  it("is not adopted by the others, nor twice", async () => {
    const { view, the } = await look(stays);

    expect(the(CHANGED)).toMatchObject({ state: "signed", definitionHash: older.hash });
    expect(view.outdated.map(({ vertical }) => vertical)).toEqual(["HIPAA"]);
    const again = await adopt(moves);
    expect(again.kind === "show" && again.message.headline).toMatch(/newer version|newest/i);
  });

  it("and what it opened is signed again under the newer version", async () => {
    await stage.as("engineer").command(`/compliance request ${CHANGED}`);
    await signAs(stage.as("compliance"), CHANGED);
    const { the } = await look(moves);

    expect(the(CHANGED).state).toBe("signed");
    expect(the(CHANGED).item.signOffs.map(({ definitionHash }) => definitionHash)).toEqual([
      older.hash,
      newer.hash,
    ]);
  });
});
