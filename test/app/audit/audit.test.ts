import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { watchLedger } from "../../../src/app/audit/watch.ts";
import type { OrganisationId } from "../../../src/domain/ids.ts";
import { openClinic } from "../../scenarios/openings.ts";
import { openWebStage, type WebStage } from "../../scenarios/web-stage.ts";
import { createDatabase } from "../../support/database.ts";

const { ownerUrl, asOwner } = await createDatabase();
let stage: WebStage;
let organisation: OrganisationId;

beforeAll(async () => {
  stage = await openWebStage(ownerUrl);
  const { store } = stage.running.core;
  [organisation] = (await store.organisations()) as [OrganisationId];
});
afterAll(async () => {
  await stage.stop();
});

const entriesOf = async (type: string) => {
  await stage.running.core.store.sealLedger(organisation);
  const rows = await asOwner(
    "select entry::json as entry from ledger_entries where entry::json ->> 'type' = $1 order by sequence",
    [type],
  );
  return rows.map(({ entry }) => entry);
};
const watch = (configuration: Record<string, string>) =>
  watchLedger(stage.running.core.deps, organisation, configuration);

describe("how the service is set up", () => {
  test("is an entry at the first start, with every workflow file and no secret", async () => {
    await expect.poll(async () => (await entriesOf("ConfigurationChanged")).length).toBe(1);
    const [{ configuration, changed, ...who }] = (await entriesOf("ConfigurationChanged")) as [
      { configuration: Record<string, string>; changed: string[] },
    ];

    expect(who).toMatchObject({ actor: null, by: "configuration" });
    expect(configuration).toMatchObject({ slack: "off", "web chat": "on", database: "given" });
    expect(configuration["workflow hipaa.yml"]).toMatch(/^[0-9a-f]{64}$/);
    expect(changed).toEqual(Object.keys(configuration).sort());
    expect(JSON.stringify(configuration)).not.toContain("postgres");
  });

  test("is an entry again only when something differs, and says what", async () => {
    const [first] = (await entriesOf("ConfigurationChanged")) as [
      { configuration: Record<string, string> },
    ];
    const { configuration } = first;
    await watch(configuration);
    expect(await entriesOf("ConfigurationChanged")).toHaveLength(1);

    await watch({ ...configuration, slack: "http", "workflow new.yml": "x" });

    expect((await entriesOf("ConfigurationChanged")).at(-1)).toMatchObject({
      changed: ["slack", "workflow new.yml"],
    });
    await watch(configuration);
  });
});

describe("in chat", () => {
  test("anybody sees what was last signed", async () => {
    await stage.running.core.store.sealLedger(organisation);
    await stage.as("engineer").command("/compliance audit");

    const seen = await stage.as("engineer").sees(/The ledger was last signed at \d+ entries/);
    expect(seen).toContain("cleargate/ledger/");
    expect(seen).toContain("posted in no channel");
  });

  test("only an administrator chooses the channel, and it has the newest checkpoint at once", async () => {
    await stage.enter("auditing");
    await stage.as("engineer").command("/compliance audit here");
    await stage.as("engineer").sees(/Only an administrator/);
    await stage.as("manager").command("/compliance audit here");
    await stage.as("manager").sees(/posted in this channel once a day/);

    const post = await stage.as("engineer").sees(/Checkpoint of the ledger: \d+ entries/);
    expect(post).toMatch(/— cleargate-ledger \S+/);
    expect(await entriesOf("AuditChannelChosen")).toMatchObject([
      { channel: { channelId: expect.any(String) } },
    ]);
  });

  test("a checkpoint is posted once a day, however often it is asked", async () => {
    const posts = () =>
      asOwner("select key from outbox where key like 'checkpoint:____-%' order by id");
    const { configuration } = (await stage.running.core.store.read(organisation, (reading) =>
      reading.ledger(),
    )) as { configuration: Record<string, string> };
    await watch(configuration);
    await watch(configuration);

    expect(await posts()).toHaveLength(1);
    await stage.as("manager").command("/compliance audit off");
    await stage.as("manager").sees(/posted in no channel any more/);
    expect((await entriesOf("AuditChannelChosen")).at(-1)).toMatchObject({ channel: null });
  });
});

describe("a ledger that does not continue what was signed", () => {
  test("blocks gates, is told to those who decide, and goes on when two of them accept it", async () => {
    const { store } = stage.running.core;
    await openClinic(stage, "broken");
    await stage.as("compliance").command("/compliance audit accept nothing happened at all");
    await stage.as("compliance").sees(/nothing to accept/);
    await store.sealLedger(organisation);
    await asOwner(`set session_replication_role = replica;
      update ledger_entries set entry = entry || ' ' where sequence = 2`);
    expect(await store.verifyLedger(organisation)).toMatchObject({ ok: false, firstBad: 2 });

    await stage.as("engineer").command("/compliance gate 3");
    const gate = await stage.as("engineer").sees(/Audit integrity/);
    expect(gate).toMatch(/Entry 2 of the ledger is not as it was sealed/);
    await stage.as("engineer").command("/compliance audit accept somebody edited it");
    await stage.as("engineer").sees(/needs the role compliance officer/);

    await stage.as("compliance").command("/compliance audit accept");
    await stage.as("compliance").sees(/give the reason/);
    await stage.as("compliance").command("/compliance audit accept edited by hand in a test");
    await stage.as("compliance").sees(/One more person has to accept/);
    await stage.as("compliance").command("/compliance audit accept edited by hand in a test");
    await stage.as("compliance").sees(/takes two people/);
    await stage.as("manager").command("/compliance audit accept edited by hand in a test");
    await stage.as("manager").sees(/the ledger goes on from here/);

    await stage.as("engineer").command("/compliance gate 5");
    const after = await stage.as("engineer").sees(/Stage 5/);
    expect(after).not.toMatch(/Audit integrity/);
    expect(await entriesOf("LedgerBreakAccepted")).toMatchObject([
      { isFinal: false, reason: "edited by hand in a test" },
      { isFinal: true },
    ]);
    const refused = (await entriesOf("CommandRefused")).filter(
      ({ command }) => command === "AcceptLedgerBreak",
    );
    expect(refused.map(({ code }) => code)).toEqual([
      "nothing_to_accept",
      "role_needed",
      "reason_needed",
      "second_person_needed",
    ]);
  });
});
