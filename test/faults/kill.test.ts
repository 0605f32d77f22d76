import { randomUUID } from "node:crypto";
import { afterEach, expect, it } from "vitest";
import { openStore } from "../../src/store/open-store.ts";
import { LOGGING, requested } from "../scenarios/openings.ts";
import { openWebStage, WEB_CAST } from "../scenarios/web-stage.ts";
import { createDatabase, migrationsDir } from "../support/database.ts";
import {
  act,
  askedHash,
  type Deed,
  migrationOf,
  postedWith,
  signaturesOf,
  untilDelivered,
} from "./deeds.ts";
import { REPEATED } from "./scale.ts";
import { freePort, killServers, startServer } from "./server.ts";
import { findDamage } from "./workload.ts";

const database = await createDatabase();
const { ownerUrl: databaseUrl, asOwner } = database;
const { requirement } = LOGGING;
const DONE = "That is already done; it was counted once.";

afterEach(killServers);

/** The deed commits, and the process dies before it answers. */
async function crashAfterCommit(port: number, deed: Deed): Promise<void> {
  const crashAt = "after_commit_before_reply" as const;
  const dying = await startServer({ port, databaseUrl, crashAt });
  await expect(act(dying.origin, deed)).rejects.toThrow("fetch failed");
  expect(await dying.ended).toBe("SIGKILL");
}

/** A clinic whose audit logging waits for the compliance officer; nothing of the product runs. */
async function prepare(channel: string): Promise<string> {
  const stage = await openWebStage(databaseUrl);
  try {
    await requested(stage, channel);
    await untilDelivered(database);
  } finally {
    await stage.stop();
  }
  return migrationOf(database, channel);
}

let run = 0;

it("what was committed when the process died is there once, and its repeat hears so", {
  timeout: 180_000,
  ...REPEATED,
}, async () => {
  run += 1;
  const channel = `killed-${run}`;
  const migration = await prepare(channel);
  const contentHash = await askedHash(database, migration, requirement);
  const from = { channel, as: WEB_CAST.engineer } as const;
  const signature: Deed = {
    ...from,
    as: WEB_CAST.compliance,
    command: { type: "SignOff", migration, requirement, meaning: "requirement_met", contentHash },
    eventId: randomUUID(),
  };
  const link = `https://proofs.example/irp-${run}`;
  const evidence: Deed = {
    ...from,
    command: { type: "SaveEvidence", migration, requirement: "breach_response_plan_signed" },
    values: { slot: "irp_page", link },
    eventId: randomUUID(),
  };
  const kept = () => asOwner("select 1 as kept from evidence where link = $1", [link]);
  const told = () =>
    postedWith(
      database,
      `direct-${WEB_CAST.engineer}`,
      `(Clinic ${channel}): signed by Priya Nair.`,
    );
  expect(await told()).toBe(0);

  const port = await freePort();
  await crashAfterCommit(port, signature);
  await crashAfterCommit(port, evidence);
  const { origin } = await startServer({ port, databaseUrl });

  const signed = await signaturesOf(database, migration);
  expect(signed.filter((who) => who.startsWith(`${requirement} by priya.nair@`))).toHaveLength(1);
  expect(await kept()).toHaveLength(1);
  for (const deed of [signature, evidence, signature]) {
    expect(await act(origin, deed)).toContain(DONE);
  }
  expect(await signaturesOf(database, migration)).toEqual(signed);
  expect(await kept()).toHaveLength(1);
  // Under another event it is not a repeat: the evidence counts again, the signature is refused by name.
  await act(origin, { ...evidence, eventId: randomUUID() });
  expect(await kept()).toHaveLength(2);
  expect(await act(origin, { ...signature, eventId: randomUUID() })).toMatch(
    /Priya Nair has already signed this/,
  );
  await untilDelivered(database);
  expect(await told()).toBe(1);
  const verify: Deed = { ...from, command: { type: "VerifyLedger" }, eventId: randomUUID() };
  expect(await act(origin, verify)).toMatch(/intact/);
  expect(await findDamage(database, databaseUrl)).toEqual([]);
});

const SIX = ["amara", "diego", "priya", "marcus", "sofia", "walter"] as const;

/** Messages to these people, waiting in the outbox. */
async function fill(headline: string, people: readonly string[]): Promise<void> {
  const store = await openStore({ ownerUrl: databaseUrl, appUrl: databaseUrl, migrationsDir });
  const { organisationId } = await store.organisationOf({ surface: "web", workspaceRef: "local" });
  await store.write(organisationId, null, async (writing) => {
    const known = (await writing.people()).filter(({ identities }) =>
      identities.some(({ userId }) => people.includes(userId)),
    );
    expect(known).toHaveLength(people.length);
    await writing.deliver(
      known.map(({ id: personId }) => ({
        lane: "interactive",
        to: { kind: "person", personId },
        message: { headline },
      })),
    );
  });
  await store.close();
}

/** How often each person reads it. */
function countsOf(headline: string, people: readonly string[]): Promise<readonly number[]> {
  return Promise.all(people.map((id) => postedWith(database, `direct-${id}`, headline)));
}

/** Starts the product, which dies at its first post. */
async function crashAtPost(port: number): Promise<void> {
  const crashAt = "after_post_before_settle" as const;
  const dying = await startServer({ port, databaseUrl, crashAt });
  expect(await dying.ended).toBe("SIGKILL");
}

/** Moves the leases of what waits and holds the words, as if time had passed. */
async function leaseUntil(headline: string, from: string): Promise<void> {
  await asOwner(
    `update outbox set lease_until = clock_timestamp() + $2::interval
     where state = 'waiting' and lease_until is not null and message like $1`,
    [`%${headline}%`, from],
  );
}

it("a message that was posted but not noted stands there once, and twice without its number", {
  timeout: 180_000,
  ...REPEATED,
}, async () => {
  const stage = await openWebStage(databaseUrl);
  await untilDelivered(database);
  await stage.stop();
  const port = await freePort();
  const [once, twice] = [`Once ${randomUUID()}`, `Twice ${randomUUID()}`];

  await fill(twice, ["hannah"]);
  await crashAtPost(port);
  expect(await countsOf(twice, ["hannah"])).toEqual([1]);
  // The number of the attempt is what tells that it was posted before: this message has lost it.
  await asOwner("update web_messages set attempt = 'lost ' || attempt where content like $1", [
    `%${twice}%`,
  ]);
  await leaseUntil(twice, "1 hour");
  await fill(once, SIX);
  await crashAtPost(port);
  const posted = await countsOf(once, SIX);
  expect(Math.max(...posted)).toBe(1);
  const waiting = () =>
    asOwner("select 1 as waits from outbox where state = 'waiting' and message like $1", [
      `%${once}%`,
    ]);
  expect(await waiting()).toHaveLength(SIX.length);

  await leaseUntil("ce ", "-1 second");
  await startServer({ port, databaseUrl });
  await untilDelivered(database);

  expect(await countsOf(once, SIX)).toEqual(SIX.map(() => 1));
  expect(await countsOf(twice, ["hannah"])).toEqual([2]);
});
