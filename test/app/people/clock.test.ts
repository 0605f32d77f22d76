/** The wall clock leaps, as when somebody sets it: whom we know, codes that run out, and the ledger. */
import { beforeEach, describe, expect, it } from "vitest";
import { openTwo, type Two, textOf } from "./two-organisations.ts";

const stage = await openTwo();
const { say, at, profiles, meet, codeOf, store } = stage;
const NOW = "2026-03-02T09:00:00Z";
const LEAPS = [
  ["an hour ahead", "2026-03-02T10:00:00Z"],
  ["an hour back", "2026-03-02T08:00:00Z"],
  ["400 days ahead", "2027-04-06T09:00:00Z"],
  ["400 days back", "2025-01-26T09:00:00Z"],
  ["over a night in which an hour is skipped", "2026-03-29T01:30:00Z"],
  ["over a night in which an hour comes twice", "2026-10-25T00:30:00Z"],
] as const;
const TOO_OLD = "This code is mistyped, too old, or was used already";
let two: Two;

/** Whoever types a code that Ada was shown, and what they type. */
async function holderOf(kind: "link" | "join") {
  const other = kind === "join" ? two.bea : await meet(two.alpha, "Ada elsewhere");
  return { other, ask: `${kind} ${await codeOf(two.ada, kind)}` };
}

beforeEach(async () => {
  two = await stage.begin();
});

describe.each(LEAPS)("when the clock leaps %s", (_, then) => {
  it("the platform is asked again who somebody is, and what follows is sealed and whole", async () => {
    const { ada, alpha } = two;
    await say(ada, "help");
    profiles.set(ada.identity.userId, { ...ada.profile, name: "Ada Newname" });
    at(then);
    await say(ada, "help");
    const known = await store.read(alpha.organisationId, (read) => read.personOf(ada.identity));

    expect(known?.profile.name).toBe("Ada Newname");
    at(NOW);
    await say(ada, { type: "UnlinkIdentity", workspace: alpha.workspaceId, user: "U0NOBODY" });
    await stage.expectWhole(alpha);
  });

  it.each(["link", "join"] as const)(
    "a code to %s is not good any more, and not for longer",
    async (kind) => {
      const { other, ask } = await holderOf(kind);
      at(then);

      expect(textOf(await say(other, ask))).toContain(TOO_OLD);
    },
  );
});

it.each(["link", "join"] as const)(
  "a code to %s is good where a clock is a little behind",
  async (kind) => {
    const { other, ask } = await holderOf(kind);
    at("2026-03-02T08:56:00Z");

    expect(textOf(await say(other, ask))).not.toContain(TOO_OLD);
  },
);
