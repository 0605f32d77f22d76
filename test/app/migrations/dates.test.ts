import { afterAll, beforeAll, expect, it } from "vitest";
import { openClinic } from "../../scenarios/openings.ts";
import { openWebStage, type WebStage } from "../../scenarios/web-stage.ts";
import { createDatabase } from "../../support/database.ts";

const database = await createDatabase();
let stage: WebStage;

beforeAll(async () => {
  stage = await openWebStage(database.ownerUrl);
});
afterAll(async () => {
  await stage.stop();
});

const record = async () => {
  const [row] = await database.asOwner(
    "select time_zone as zone, proposal_on::text as proposal, go_live_on::text as live from migrations",
  );
  return row;
};

it("a wrong time zone is corrected in the form of the dates; the days stay and the thread says why deadlines moved", async () => {
  await openClinic(stage, "zone");
  const engineer = stage.as("engineer");
  const before = await record();
  expect(before?.zone).toBe("America/New_York");

  await engineer.command("/compliance dates");
  await engineer.submit({ time_zone: "Pacific/Guam" });

  expect(await record()).toEqual({ ...before, zone: "Pacific/Guam" });
  await stage
    .as("colleague")
    .sees(
      /Amara Okafor corrected the time zone from America\/New_York to Pacific\/Guam: the days stay, and deadlines are counted there now\./,
    );
  const { store } = stage.running.core;
  const [organisation] = await store.organisations();
  if (!organisation) throw new Error("no organisation");
  expect(await store.replay(organisation)).toMatchObject({ ok: true });
});
