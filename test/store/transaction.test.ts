import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, describe, expect, test } from "vitest";
import type { Delivery, Writing } from "../../src/app/ports.ts";
import { Bug, Unavailable } from "../../src/domain/fault.ts";
import { openStore } from "../../src/store/open-store.ts";
import { openPool } from "../../src/store/pool.ts";
import { createTestStore, migrationsDir } from "../support/database.ts";
import { actorOf, aMigration, anOffice, aPerson, NOW } from "../support/people.ts";

const { store, asOwner, ownerUrl, appUrl } = await createTestStore();
const office = await anOffice(store);
const { organisationId } = office;
const dana = await aPerson(store, office);

/** A store with the deadline of production. */
const quick = await openStore({ ownerUrl, appUrl, migrationsDir });
afterAll(() => quick.close());

async function timed(work: Promise<unknown>): Promise<{ error: unknown; ms: number }> {
  const start = performance.now();
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  return { error, ms: performance.now() - start };
}

const note = (text: string): Delivery => ({
  lane: "interactive",
  to: { kind: "person", personId: dana.id },
  message: { headline: text },
});

const notes = (text: string) =>
  asOwner("select 1 from outbox where message::jsonb ->> 'headline' = $1", [text]);

describe("an event", () => {
  test("that comes again has no second effect", async () => {
    let runs = 0;
    const work = async (writing: Writing) => {
      await writing.sealedEntries();
      return ++runs;
    };

    expect(await store.write(organisationId, "event-1", work)).toBe(1);
    expect(await store.write(organisationId, "event-1", work)).toBe("repeated");
    expect(runs).toBe(1);
  });

  test("that comes again writes nothing, not even what travels with the question", async () => {
    const fact = { type: "AuditChannelChosen", channel: null } as const;
    const work = (writing: Writing) =>
      writing.record([{ organisationId, actor: actorOf(dana), at: NOW, fact }]);
    const entries = () =>
      asOwner(
        `select entry from ledger_staging where entry like '%AuditChannelChosen%'
         union all select entry from ledger_entries where entry like '%AuditChannelChosen%'`,
      );

    await store.write(organisationId, "event-once", work);
    expect(await store.write(organisationId, "event-once", work)).toBe("repeated");
    expect(await entries()).toHaveLength(1);
  });

  test("that comes again delivers nothing, though its work has nothing else to ask", async () => {
    const work = (writing: Writing) => writing.deliverLast([note("once")]);

    await store.write(organisationId, "event-delivered", work);
    expect(await store.write(organisationId, "event-delivered", work)).toBe("repeated");
    expect(await notes("once")).toHaveLength(1);
  });

  test("that comes again is told so, though its work sends nothing or fails", async () => {
    await store.write(organisationId, "event-told", async () => "done");

    expect(await store.write(organisationId, "event-told", async () => "done")).toBe("repeated");
    const failing = async (writing: Writing) => {
      await writing.sealedEntries();
      throw new Bug("broken");
    };
    expect(await store.write(organisationId, "event-told", failing)).toBe("repeated");
  });

  test("that comes many times at once has one effect", async () => {
    const work = async () => {
      await sleep(20);
      return "done";
    };

    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => store.write(organisationId, "event-2", work)),
    );

    expect(outcomes.filter((outcome) => outcome === "done")).toHaveLength(1);
  });

  test("whose work failed may come again", async () => {
    const failing = store.write(organisationId, "event-3", async () => {
      throw new Bug("broken");
    });

    await expect(failing).rejects.toThrow("broken");
    expect(await store.write(organisationId, "event-3", async () => "done")).toBe("done");
  });

  test.each(["x".repeat(20_000), "nul \u0000", "half \ud800", "ünï"])(
    "has any key, such as %j",
    async (key) => {
      expect(await store.write(organisationId, key, async () => "done")).toBe("done");
      expect(await store.write(organisationId, key, async () => "done")).toBe("repeated");
    },
  );

  test("is forgotten after a day, not before", async () => {
    await store.write(organisationId, "old", async () => 1);
    await store.write(organisationId, "young", async () => 1);
    await asOwner(
      "update inbound_events set received_at = now() - interval '26 hours' where event_key = 'old'",
    );
    await store.outbox.forget();

    expect(await store.write(organisationId, "old", async () => "again")).toBe("again");
    expect(await store.write(organisationId, "young", async () => "again")).toBe("repeated");
  });
});

describe("a transaction", () => {
  test("that fails leaves nothing behind", async () => {
    const id = await aMigration(store, dana);
    const failing = store.write(organisationId, null, async (writing) => {
      const fact = { type: "PlatformChosen", migrationId: id, platform: "zoom" } as const;
      await writing.record([{ organisationId, actor: actorOf(dana), at: NOW, fact }]);
      throw new Bug("after the fact");
    });

    await expect(failing).rejects.toThrow("after the fact");
    const found = await store.read(organisationId, (reading) => reading.migration(id));
    expect(found).toMatchObject({ platform: null, version: 1 });
  });

  test("that ends with its last delivery is committed with it, and nothing is sent behind", async () => {
    const id = await aMigration(store, dana);
    const fact = { type: "PlatformChosen", migrationId: id, platform: "zoom" } as const;
    const behind = store.write(organisationId, null, async (writing) => {
      await writing.record([{ organisationId, actor: actorOf(dana), at: NOW, fact }]);
      await writing.deliverLast([note("last")]);
      await writing.sealedEntries();
    });

    await expect(behind).rejects.toThrow("behind the end");
    const found = await store.read(organisationId, (reading) => reading.migration(id));
    expect(found).toMatchObject({ platform: "zoom" });
    expect(await notes("last")).toHaveLength(1);
  });

  test("that ends with a delivery that fails leaves nothing behind, and its connection is used again", async () => {
    const id = await aMigration(store, dana);
    const fact = { type: "PlatformChosen", migrationId: id, platform: "zoom" } as const;
    for (let n = 0; n < 12; n += 1) {
      const failing = store.write(organisationId, null, async (writing) => {
        await writing.record([{ organisationId, actor: actorOf(dana), at: NOW, fact }]);
        await writing.deliverLast([{ ...note("failing"), lane: "nowhere" as "interactive" }]);
      });
      await expect(failing).rejects.toThrow(Bug);
    }
    const found = await store.read(organisationId, (reading) => reading.migration(id));
    expect(found).toMatchObject({ platform: null, version: 1 });
    expect(await store.write(organisationId, null, async () => "done")).toBe("done");
  });

  test("is not done because somebody forgot the answer of a statement that failed", async () => {
    const forgotten = store.write(organisationId, null, async (writing) => {
      await writing.sealedEntries();
      writing.deliver([{ ...note("forgotten"), lane: "nowhere" as "interactive" }]).catch(() => {});
      await writing.deliverLast([]);
    });

    await expect(forgotten).rejects.toThrow(Bug);
  });

  test("that meets another in a deadlock is done afresh", async () => {
    const [a, b] = [await aMigration(store, dana), await aMigration(store, dana)];
    let runs = 0;
    const lockBoth = (first: typeof a, second: typeof a) =>
      store.write(organisationId, null, async (writing) => {
        runs++;
        await writing.lockSituation(first, null);
        await sleep(150);
        await writing.lockSituation(second, null);
        return "done";
      });

    expect(await Promise.all([lockBoth(a, b), lockBoth(b, a)])).toEqual(["done", "done"]);
    expect(runs).toBe(3);
  });

  test("that waits for a lock gives up within 2.5 seconds", async () => {
    const id = await aMigration(store, dana);
    const holder = new pg.Client({ connectionString: ownerUrl });
    await holder.connect();
    await holder.query("begin");
    await holder.query("select 1 from cleargate.migrations where id = $1 for update", [id]);

    const waiting = quick.write(organisationId, null, (writing) => writing.lockSituation(id, null));
    const { error, ms } = await timed(waiting);
    await holder.end();

    expect(error).toBeInstanceOf(Unavailable);
    expect(ms).toBeLessThan(2500);
  });

  test("that is slow itself is ended within 2.5 seconds and rolled back", async () => {
    const slow = quick.write(organisationId, "slow", () => sleep(4000));
    const { error, ms } = await timed(slow);

    expect(error).toBeInstanceOf(Unavailable);
    expect(ms).toBeLessThan(2500);
    expect(await quick.write(organisationId, "slow", async () => "done")).toBe("done");
  });
});

describe("a database that", () => {
  test("does not exist any more is unavailable within 2.5 seconds", async () => {
    const proxy = await aProxy(appUrl);
    const far = await openStore({ ownerUrl, appUrl: proxy.url, migrationsDir });
    await far.ping();

    await proxy.cut();
    const { error, ms } = await timed(far.ping());

    expect(error).toBeInstanceOf(Unavailable);
    expect(ms).toBeLessThan(2500);
    await far.close();
  });

  test("does not answer any more is unavailable within 2.5 seconds, and is used again later", async () => {
    const proxy = await aProxy(appUrl);
    const far = await openStore({ ownerUrl, appUrl: proxy.url, migrationsDir });
    await far.ping();

    proxy.freeze();
    const { error, ms } = await timed(
      far.write(organisationId, "frozen", async (writing) => writing.people()),
    );
    proxy.thaw();

    expect(error).toBeInstanceOf(Unavailable);
    expect(ms).toBeLessThan(2500);
    await far.ping();
    await far.close();
    await proxy.cut();
  });

  test("ends our sessions is used again at once", async () => {
    await quick.ping();
    await asOwner(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'cleargate'`,
    );
    await sleep(100);

    await quick.ping();
  });
});

describe("the app", () => {
  const sees = "select current_user as role, session_user as login, current_schema() as schema";

  test("runs under its own role when it connects with the owner's login", async () => {
    const url = `${ownerUrl}&options=-c%20role%3Dcleargate_owner`;
    const grown = await openStore({ ownerUrl, appUrl: url, migrationsDir });
    const pool = openPool({ url, name: "test", max: 1, deadlineMs: 5000 });

    expect((await pool.query(sees)).rows).toEqual([
      { role: "cleargate_app", login: "cleargate_owner", schema: "cleargate" },
    ]);
    await pool.end();
    await grown.close();
  });
});

/** A relay to the database that can be cut off or fall silent. */
async function aProxy(target: string) {
  const to = new URL(target);
  const sockets = new Set<net.Socket>();
  let frozen = false;
  const relay = net.createServer((near) => {
    const far = net.connect(Number(to.port), to.hostname);
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("error", () => into.destroy());
      from.on("close", () => into.destroy());
      from.on("data", (bytes) => {
        if (!frozen) into.write(bytes);
      });
    }
  });
  await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
  const address = relay.address();
  const url = new URL(target);
  url.port = String(typeof address === "object" ? address?.port : 0);
  return {
    url: url.href,
    freeze: () => {
      frozen = true;
    },
    thaw: () => {
      frozen = false;
    },
    cut: async () => {
      const closed = new Promise((resolve) => relay.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
