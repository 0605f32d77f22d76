/** What refusals leave in the ledger: who, when, what was named; never the words. */
import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { NEVER_SLOWED, paceConversation } from "../../../src/app/conversation/pace.ts";
import { noteCounted } from "../../../src/app/refusals/note.ts";
import { ENTRIES_A_MINUTE } from "../../../src/app/refusals/tally.ts";
import { EvidenceId, MigrationId, RequirementName } from "../../../src/domain/ids.ts";
import type { Identity } from "../../../src/domain/people/person.ts";
import { aMigration } from "../../support/people.ts";
import { openTwo, type Two } from "../people/two-organisations.ts";

const stage = await openTwo();
const { say, factsOf, profiles, deps } = stage;
const CARD = ["4539", "1488", "0343", "6467"].join(" ");
let two: Two;

beforeEach(async () => {
  two = await stage.begin();
});

const refusals = () => factsOf(two.alpha, "CommandRefused");

describe("a refusal in chat", () => {
  it("of a typed command with sensitive text says what kind it was, and not the text", async () => {
    await say(two.ada, `start ${CARD} hospital`);

    const noted = await refusals();
    expect(noted).toMatchObject([
      {
        actor: { person: two.ada.id },
        command: "Text",
        code: "sensitive_text",
        kind: "payment_card",
        at: "2026-03-02T09:00:00.000Z",
      },
    ]);
    expect(JSON.stringify(noted)).not.toContain("4539");
  });

  it("of somebody about whom the platform does not answer names the person whom we know", async () => {
    profiles.delete(two.ada.identity.userId);
    await say(two.ada, "link");

    expect(await refusals()).toMatchObject([
      { actor: { person: two.ada.id }, command: "LinkIdentity", code: "identity_unconfirmed" },
    ]);
  });

  it("of somebody whom nobody knows names the workspace", async () => {
    const identity: Identity = { ...two.ada.identity, userId: "U0NOBODY" };
    await say({ ...two.ada, identity }, "link");

    expect(await refusals()).toMatchObject([
      { actor: null, workspaceId: two.alpha.workspaceId, code: "identity_unconfirmed" },
    ]);
  });

  it("of a look at what belongs to another organization keeps who named what", async () => {
    const theirs = await aMigration(stage.store, two.bea);
    await say(two.ada, { type: "ShowStatus", migration: theirs });

    expect(await refusals()).toMatchObject([
      {
        actor: { person: two.ada.id },
        command: "ShowStatus",
        code: "unknown_migration",
        migrationId: theirs,
      },
    ]);
    expect(await factsOf(two.bravo, "CommandRefused")).toEqual([]);
  });

  it("keeps the other ids that a command named", async () => {
    const evidence = EvidenceId.parse(randomUUID());
    const migration = MigrationId.parse(randomUUID());
    const requirement = RequirementName.parse("audit_logging_enabled");
    await say(two.ada, { type: "RemoveEvidence", migration, requirement, evidence });

    expect(await refusals()).toMatchObject([{ migrationId: migration, claimed: { evidence } }]);
  });

  it("leaves no entry where nothing was refused: words not understood, a question back", async () => {
    await say(two.ada, "flibbertigibbet");
    await say(two.ada, "status");

    expect(await refusals()).toEqual([]);
  });
});

describe("a flood of refusals", () => {
  const flood = async (times: number) => {
    for (let n = 0; n < times; n += 1) await say(two.ada, `start ${CARD} hospital`);
  };

  it("of one person fills a minute's entries, and the rest is one entry with their number", async () => {
    await flood(ENTRIES_A_MINUTE + 5);
    expect(await refusals()).toHaveLength(ENTRIES_A_MINUTE);
    await say(two.bea, `start ${CARD} hospital`);
    expect(await factsOf(two.bravo, "CommandRefused")).toHaveLength(1);

    await noteCounted(deps);
    await noteCounted(deps);

    expect((await refusals()).filter(({ counted }) => counted !== undefined)).toMatchObject([
      {
        actor: { person: two.ada.id },
        command: "Several",
        counted: { since: "2026-03-02T09:00:00.000Z", codes: { sensitive_text: 5 } },
      },
    ]);
    await stage.expectWhole(two.alpha);
  });

  it("has entries of its own again when the minute is over", async () => {
    await flood(ENTRIES_A_MINUTE + 1);
    stage.at("2026-03-02T09:01:00Z");
    await flood(1);
    await noteCounted(deps);

    expect(await refusals()).toHaveLength(ENTRIES_A_MINUTE + 2);
  });

  it("counts who was too fast, of whom nothing is looked up at that moment", async () => {
    const { refusals: tally } = deps;
    if (!tally) throw new Error("there is no tally");
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const talk = paceConversation(
      { rate: { burst: 1, perSecond: 1 }, clock: deps.clock, log, refusals: tally },
      async () => ({ kind: "show", message: { headline: "Done." } }),
    );
    for (let n = 0; n < 4; n += 1)
      await talk({
        identity: two.ada.identity,
        place: { kind: "direct", channel: null },
        command: { type: "ShowHelp" },
        values: {},
        eventKey: "e",
        correlationId: "c",
      });
    await noteCounted(deps);

    expect(NEVER_SLOWED.has("ShowHelp")).toBe(false);
    expect(await refusals()).toMatchObject([{ counted: { codes: { too_fast: 3 } } }]);
  });

  it("that cannot be kept now is kept the next time", async () => {
    await flood(ENTRIES_A_MINUTE + 2);
    const broken = { ...deps.store, write: () => Promise.reject(new Error("away")) };
    await expect(noteCounted({ ...deps, store: broken })).rejects.toThrow("away");
    await noteCounted(deps);

    expect(await refusals()).toContainEqual(
      expect.objectContaining({
        counted: { since: "2026-03-02T09:00:00.000Z", codes: { sensitive_text: 2 } },
      }),
    );
  });
});
