import { beforeEach, describe, expect, test } from "vitest";
import type { Deps } from "../../src/app/ports.ts";
import { parseArguments } from "../../src/cli/arguments.ts";
import { deliverAgain } from "../../src/cli/deliveries.ts";
import { renderText } from "../../src/cli/render-text.ts";
import { createTestStore } from "../support/database.ts";
import { anOffice, type Office } from "../support/people.ts";

const ORGANISATION = "0d9f6f3e-8a51-4c0e-9a57-3f1f4f6f2a10";

describe("the words", () => {
  test.each<[string, object]>([
    ["dead-letters", { command: "dead_letters", json: false }],
    ["dead-letters --json", { command: "dead_letters", json: true }],
    ["dead-letters replay 12", { command: "replay", which: "12", json: false }],
    ["dead-letters replay all --json", { command: "replay", which: "all", json: true }],
    ["splunk resend --from 7", { command: "resend", from: 7, organisation: null, json: false }],
    [
      `splunk resend --from=7 --organization ${ORGANISATION}`,
      { command: "resend", from: 7, organisation: ORGANISATION, json: false },
    ],
  ])("%s", (words, request) => {
    expect(parseArguments(words.split(" "))).toEqual(request);
  });

  test.each([
    "dead-letters replay",
    "dead-letters replay one",
    "dead-letters replay 1; drop",
    "dead-letters forget 1",
    "dead-letters replay 1 2",
    "splunk",
    "splunk resend",
    "splunk resend --from 0",
    "splunk resend --from x",
    "splunk resend --from 1 --organization here",
    "splunk resend --from 1 --to 2",
  ])("%s is wrong usage, with the right words", (words) => {
    expect(parseArguments(words.split(" "))).toEqual({
      problem: expect.stringMatching(/^It is: compliance /),
    });
  });
});

describe("with a database", async () => {
  const { store, asOwner } = await createTestStore();
  const deps: Deps = {
    store,
    clock: () => new Date(),
    newId: () => "unused",
    newSecret: () => "unused",
    directories: new Map(),
    workflows: [],
    signingEmailDomains: [],
    reached: () => undefined,
    examinations: [],
  };
  let office: Office;

  beforeEach(async () => {
    await asOwner("truncate outbox, splunk_cursors");
    office = await anOffice(store);
  });

  /** Some that were given up, in an organisation of their own. */
  async function giveUp(count: number): Promise<void> {
    const { organisationId, workspaceId } = office;
    await store.write(organisationId, null, (writing) =>
      writing.deliver(
        Array.from({ length: count }, (_, nth) => ({
          lane: "bulk" as const,
          to: {
            kind: "channel" as const,
            channel: { surface: "slack" as const, workspaceId, channelId: `C${nth}` },
          },
          message: { headline: `letter ${nth}` },
        })),
      ),
    );
    await asOwner(
      `update outbox set state = 'dead', settled_at = now(), attempts = 15,
         last_error = 'chat.postMessage: the channel is archived.'`,
    );
  }

  const facts = async (type: string) =>
    (
      await asOwner("select entry from ledger_staging where organisation_id = $1 order by id", [
        office.organisationId,
      ])
    )
      .map(({ entry }) => JSON.parse(entry))
      .filter((entry) => entry.type === type);

  test("dead letters are listed with their reason", async () => {
    await giveUp(2);
    const answer = await deliverAgain(deps, { command: "dead_letters", json: false });

    expect(answer.outcome).toBe("passed");
    const text = renderText(answer.message);
    expect(text).toContain("2 messages could not be delivered.");
    expect(text).toContain("the channel is archived");
    expect(JSON.parse(answer.json)).toEqual([
      expect.objectContaining({ headline: "letter 1", attempts: 15, lane: "bulk" }),
      expect.objectContaining({ headline: "letter 0" }),
    ]);
  });

  test("without any it says so", async () => {
    const answer = await deliverAgain(deps, { command: "dead_letters", json: false });

    expect(answer).toMatchObject({ outcome: "passed", json: "[]" });
    expect(answer.message.headline).toBe("Every message was delivered.");
  });

  test("all of more than a page are sent again, each a fact of the terminal", async () => {
    await giveUp(130);
    const answer = await deliverAgain(deps, { command: "replay", which: "all", json: false });

    expect(answer.message.headline).toBe("130 messages will be sent again.");
    expect(await store.outbox.countDead()).toBe(0);
    expect((await store.outbox.pending()).bulk.waiting).toBe(130);
    const replayed = await facts("DeadLetterReplayed");
    expect(replayed).toHaveLength(130);
    expect(replayed[0]).toMatchObject({ actor: null, by: "terminal", lane: "bulk" });
    expect(await store.verifyLedger(office.organisationId)).toMatchObject({ ok: true });
  });

  test("one that is none is not sent again: the command failed", async () => {
    const answer = await deliverAgain(deps, { command: "replay", which: "999", json: false });

    expect(answer.outcome).toBe("failed");
    expect(answer.message.headline).toContain("There is no dead letter 999.");
    expect(await facts("DeadLetterReplayed")).toEqual([]);
  });

  test("events are shipped again from an entry on, as a fact; before any was shipped there are none", async () => {
    const wish = { command: "resend", from: 3, organisation: null, json: false } as const;
    expect((await deliverAgain(deps, wish)).outcome).toBe("failed");
    await asOwner("insert into splunk_cursors (organisation_id, entries_through) values ($1, 9)", [
      office.organisationId,
    ]);
    const answer = await deliverAgain(deps, wish);

    expect(answer.outcome).toBe("passed");
    expect(answer.message.headline).toBe(
      "Everything from entry 3 on will be shipped to Splunk again.",
    );
    expect(await asOwner("select entries_through::int as n from splunk_cursors")).toEqual([
      { n: 2 },
    ]);
    expect(await facts("EventsResent")).toEqual([
      expect.objectContaining({ sink: "splunk", from: 3, by: "terminal" }),
    ]);
    const other = { ...wish, organisation: office.organisationId };
    expect((await deliverAgain(deps, { ...other, from: 1 })).outcome).toBe("passed");
  });
});
