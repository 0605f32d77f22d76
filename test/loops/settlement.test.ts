import { expect, test } from "vitest";
import type { Leased, Route } from "../../src/app/loop-ports.ts";
import type { Sent } from "../../src/app/ports.ts";
import { OrganisationId, WorkspaceId } from "../../src/domain/ids.ts";
import {
  delayOf,
  MAX_ATTEMPTS,
  MAX_ATTEMPTS_ALONE,
  MAX_ATTEMPTS_PASSING,
  settlementOf,
} from "../../src/loops/settlement.ts";

const workspaceId = WorkspaceId.parse("00000000-0000-4000-8000-000000000001");

function aLease(given: Partial<Leased> & { edit?: string } = {}): Leased {
  const channel = { surface: "slack", workspaceId, channelId: "C1" } as const;
  const route: Route = {
    kind: "send",
    surface: "slack",
    to: { kind: "channel", channel, threadRef: null },
    edit: given.edit ?? null,
  };
  return {
    id: "1",
    fence: "1",
    organisationId: OrganisationId.parse(workspaceId),
    lane: "interactive",
    target: "channel:1:C1",
    message: { headline: "hello" },
    attempts: 1,
    uncertain: false,
    editOnly: false,
    leaseMs: 10_000,
    paceMs: 0,
    route,
    ...given,
  };
}

const failed: Sent = { outcome: "failed", why: "message_not_found" };
const retry: Sent = { outcome: "retry", why: "rate_limited", afterSeconds: 30 };
const uncertain: Sent = { outcome: "uncertain", why: "timeout" };

test.each<[string, Leased, Sent, string, number | null]>([
  ["arrived", aLease(), { outcome: "sent", ref: "1.1" }, "sent", null],
  ["a post that can never arrive is dead at once", aLease(), failed, "failed", null],
  ["an edit of a message that is gone is posted anew", aLease({ edit: "1" }), failed, "repost", 0],
  [
    "an edit that must not be posted anew is dropped",
    aLease({ edit: "1", editOnly: true }),
    failed,
    "dropped",
    null,
  ],
  ["a limited rate waits as long as the platform says", aLease(), retry, "retry", 30_000],
  ["an uncertain post waits as long as any failure", aLease(), uncertain, "uncertain", 500],
  [
    "the last attempt of a message alone is the last",
    aLease({ attempts: MAX_ATTEMPTS_ALONE }),
    uncertain,
    "uncertain",
    null,
  ],
  [
    "a platform may be away for a day",
    aLease({ attempts: MAX_ATTEMPTS_PASSING - 1 }),
    { ...retry, isPassing: true },
    "retry",
    60_000,
  ],
  [
    "and no longer",
    aLease({ attempts: MAX_ATTEMPTS_PASSING }),
    { ...retry, isPassing: true },
    "retry",
    null,
  ],
])("%s", (_, lease, sent, outcome, retryAfterMs) => {
  expect(settlementOf(lease, sent, 0)).toMatchObject({ settlement: { outcome }, retryAfterMs });
});

test.each<[string, number, Sent, boolean]>([
  ["the attempts are not used up", MAX_ATTEMPTS - 1, uncertain, false],
  ["they are: the fault may be the message's own", MAX_ATTEMPTS, uncertain, true],
  ["the platform itself says that it is the cause", 500, { ...retry, isPassing: true }, false],
])("a message ends when others pass: %s", (_, attempts, sent, ends) => {
  const { settlement } = settlementOf(aLease({ attempts }), sent, 0);

  expect("endsIfOthersPass" in settlement).toBe(ends);
});

test("delays double up to a minute, and chance takes off at most a half", () => {
  const attempts = [1, 2, 3, 7, 8, 15];

  expect(attempts.map((attempt) => delayOf(attempt, 0))).toEqual([
    500, 1000, 2000, 32_000, 60_000, 60_000,
  ]);
  expect(attempts.map((attempt) => delayOf(attempt, 1))).toEqual([
    250, 500, 1000, 16_000, 30_000, 30_000,
  ]);
});
