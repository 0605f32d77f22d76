import { afterAll, beforeAll, expect, it } from "vitest";
import { proposeInTerminal, statusInTerminal } from "../../../src/app/terminal/migrations.ts";
import { MigrationId } from "../../../src/domain/ids.ts";
import { isRefusal } from "../../../src/domain/refusal.ts";
import { openClinic } from "../../scenarios/openings.ts";
import { openWebStage, type WebStage } from "../../scenarios/web-stage.ts";
import { createDatabase } from "../../support/database.ts";

const database = await createDatabase();
const CHANGED = "The industry was changed to “medical clinic and pharmacy” in the terminal.";
let stage: WebStage;

beforeAll(async () => {
  stage = await openWebStage(database.ownerUrl);
});
afterAll(async () => {
  await stage.stop();
});

it("another industry in the terminal is reviewed in chat, and the reason goes away with the review", async () => {
  await openClinic(stage, "industry");
  const { deps } = stage.running.core;
  const [row] = await database.asOwner("select id from migrations");
  const id = MigrationId.parse(row?.id);
  const confirmation = async () => {
    const status = await statusInTerminal(deps, id);
    if (isRefusal(status)) throw new Error(status.refused);
    return status.view.requirements.find(({ name }) => name === "vertical_confirmed");
  };
  expect(await confirmation()).toMatchObject({ state: "signed" });

  await proposeInTerminal(deps, id, "medical clinic and pharmacy");

  expect(await confirmation()).toMatchObject({ state: "blocked", reason: CHANGED });
  const colleague = stage.as("colleague");
  await colleague.command("/compliance gate 3");
  await colleague.sees(/Review the verticals and confirm them again/);
  await colleague.press("Review the verticals");
  await colleague.submit({ verticals: ["HIPAA"] });
  expect(await confirmation()).toMatchObject({ state: "signed", reason: null });
  const facts = await database.asOwner(
    `select (entry::json ->> 'type') as type, entry::json -> 'actor' ->> 'person' is null as nobody
     from (select entry from ledger_entries union all select entry from ledger_staging) all_entries
     where entry::json ->> 'type' in ('VerticalsProposed', 'VerticalsConfirmed')
     order by entry::json ->> 'at'`,
  );
  expect(facts.filter(({ type }) => type === "VerticalsConfirmed")).toHaveLength(2);
  expect(facts.filter(({ type, nobody }) => type === "VerticalsProposed" && nobody)).toHaveLength(
    1,
  );
});
