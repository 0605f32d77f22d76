import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { Bug } from "../../../src/domain/fault.ts";
import { MigrationId, type OrganisationId } from "../../../src/domain/ids.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { openPool, plainId, type Sql } from "../../../src/store/pool.ts";
import { inTransaction } from "../../../src/store/transaction.ts";
import { openWebChatStore } from "../../../src/store/web-chat.ts";
import { createTestStore, migrationsDir } from "../../support/database.ts";
import { anOffice, type Office } from "../../support/people.ts";
import { fillOrganisation } from "./fill-organisation.ts";

const given = await createTestStore();
const { store, asOwner, ownerUrl, appUrl } = given;
const settings = { url: appUrl, name: "test", max: 1, deadlineMs: 10_000 } as const;
const app = openPool(settings);
afterAll(() => app.end());

const ours = await anOffice(store);
const theirs = await anOffice(store);
const oursFilled = await fillOrganisation(given, ours);
const theirsFilled = await fillOrganisation(given, theirs);

const inside = <T>(office: Office | null, work: (sql: Sql) => Promise<T>) =>
  inTransaction(
    app,
    { begin: "begin", deadlineMs: 10_000, ...(office && { organisation: office.organisationId }) },
    work,
  );
const rowsIn = (office: Office | null, text: string, values?: readonly unknown[]) =>
  inside(office, async (sql) => (await sql.query(text, values)).rows);

const divided = (
  await asOwner(
    `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'cleargate'::regnamespace and c.relkind = 'r'
       and a.attname = 'organisation_id' order by 1`,
  )
).map(({ name }) => String(name));
const filled = [
  "answers",
  "attestations",
  "evidence",
  "identities",
  "inbound_events",
  "ledger_entries",
  "ledger_heads",
  "ledger_personal",
  "ledger_staging",
  "migration_channels",
  "migrations",
  "outbox",
  "people",
  "requirement_items",
  "role_grants",
  "sign_off_requests",
  "sign_offs",
  "signing_tokens",
  "web_channels",
  "workspaces",
];

describe("a connection", () => {
  test.each(divided)("of no organisation sees no row of %s", async (table) => {
    expect(await rowsIn(null, `select 1 from ${table}`)).toEqual([]);
  });

  test.each(filled)("of one organisation sees its own rows of %s alone", async (table) => {
    const all = await asOwner(`select distinct organisation_id as id from ${table} order by 1`);
    const seen = await rowsIn(ours, `select distinct organisation_id as id from ${table}`);

    expect(all.map(({ id }) => id)).toEqual(
      expect.arrayContaining([ours.organisationId, theirs.organisationId]),
    );
    expect(seen).toEqual([{ id: ours.organisationId }]);
  });

  test("sees its own organisation alone", async () => {
    expect(await rowsIn(ours, "select id from organisations")).toEqual([
      { id: ours.organisationId },
    ]);
  });

  test("finds nothing by another organisation's id, without any condition of ours", async () => {
    expect(await rowsIn(ours, "select 1 from migrations where id = $1", [theirsFilled.id])).toEqual(
      [],
    );
    expect(
      await rowsIn(theirs, "select 1 from migrations where id = $1", [theirsFilled.id]),
    ).toHaveLength(1);
  });

  test.each([
    ["update people set name = 'Mallory'"],
    ["update migrations set customer = 'Mallory'"],
    ["delete from identities"],
    ["delete from contacts"],
  ])("changes no row of another organisation by %j", async (text) => {
    const whole = "select md5(string_agg(t::text, '|' order by t::text)) as sum from";
    const of = (table: string) =>
      asOwner(`${whole} ${table} t where organisation_id = $1`, [theirs.organisationId]);
    const tables = ["people", "migrations", "identities", "contacts"];
    const before = await Promise.all(tables.map(of));

    const undone = inside(ours, async (sql) => {
      await sql.query(text);
      throw new Bug("undo");
    });
    await expect(undone).rejects.toThrow("undo");
    await inside(null, (sql) => sql.query(text));

    expect(await Promise.all(tables.map(of))).toEqual(before);
  });

  test.each([
    ["into another organisation", () => ours, () => theirs.organisationId],
    ["without an organisation", () => null, () => ours.organisationId],
  ])("cannot write %s", async (_where, office, organisation) => {
    const insert = `insert into web_channels (organisation_id, channel_id, name, kind, created_at)
      values ($1, 'planted', 'planted', 'channel', now())`;

    await expect(rowsIn(office(), insert, [organisation()])).rejects.toThrow("42501");
    // It is not the right to insert that is missing.
    const undone = inside(ours, async (sql) => {
      await sql.query(insert, [ours.organisationId]);
      throw new Bug("it was written");
    });
    await expect(undone).rejects.toThrow("it was written");
    expect(await asOwner("select 1 from web_channels where channel_id = 'planted'")).toEqual([]);
  });

  test("cannot move a row into another organisation", async () => {
    const move = rowsIn(ours, "update web_channels set organisation_id = $1", [
      theirs.organisationId,
    ]);

    await expect(move).rejects.toThrow("42501");
  });

  test.each([
    ["a person", () => theirsFilled.dana.id, () => oursFilled.id],
    ["a migration", () => oursFilled.dana.id, () => theirsFilled.id],
  ])("cannot refer to %s of another organisation", async (_what, person, migration) => {
    const item = `insert into requirement_items (organisation_id, migration_id, requirement)
      values ($1, $2, 'planted')`;
    const answer = `insert into answers
      (organisation_id, migration_id, requirement, question, by_person, by_name, given_at)
      values ($1, $2, 'planted', 'q', $3, 'n', now())`;

    const planted = inside(ours, async (sql) => {
      await sql.query(item, [ours.organisationId, migration()]);
      await sql.query(answer, [ours.organisationId, migration(), person()]);
    });

    await expect(planted).rejects.toThrow("23503");
  });

  test("with an id that is no UUID is a bug before anything is sent", () => {
    const bad = "x'; drop table people; --" as unknown;
    expect(() => plainId(bad as OrganisationId)).toThrow(Bug);
    expect(plainId(ours.organisationId)).toBe(ours.organisationId);
  });
});

describe("the organisation of a connection", () => {
  const current =
    "select current_setting('cleargate.organisation', true) as setting, pg_backend_pid() as pid";

  test.each([["commit"], ["rollback"], ["failed statement"]])("is gone after a %s", async (how) => {
    const [within] = await rowsIn(ours, current);
    expect(within).toMatchObject({ setting: ours.organisationId });
    if (how !== "commit") {
      const undone = inside(ours, async (sql) => {
        if (how === "failed statement") await sql.query("select no_such_column");
        throw new Bug("undo");
      });
      await expect(undone).rejects.toThrow();
    }

    const [after] = (await app.query(current)).rows;
    expect(["", null]).toContain(after.setting);
    expect(after.pid).toBe(Object(within).pid);
    expect((await app.query("select 1 from people")).rows).toEqual([]);
  });

  test("is its own when two take turns on one connection", async () => {
    const single = await openStore({
      ownerUrl,
      appUrl,
      migrationsDir,
      connections: 1,
      deadlineMs: 20_000,
    });
    const turns = Array.from({ length: 100 }, (_, turn) => (turn % 2 === 0 ? ours : theirs));

    const seen = await Promise.all(
      turns.map((office, turn) =>
        turn % 3 === 0
          ? single.write(office.organisationId, null, (writing) => writing.people())
          : single.read(office.organisationId, (reading) => reading.people()),
      ),
    );
    await single.close();

    const ids = (filledOf: typeof oursFilled) => [filledOf.dana.id, filledOf.omar.id].toSorted();
    for (const [turn, people] of seen.entries()) {
      if (people === "repeated") throw new Error("nothing was repeated");
      const expected = turns[turn] === ours ? ids(oursFilled) : ids(theirsFilled);
      expect(people.map(({ id }) => id).toSorted()).toEqual(expected);
    }
  });

  test("holds for the web chat without transactions", async () => {
    const chat = openWebChatStore({ appUrl, organisationId: ours.organisationId });
    await chat.addChannels(
      [{ channelId: "only-ours", name: "x", kind: "channel", ownerId: null }],
      new Date(),
    );
    const beside = openWebChatStore({ appUrl, organisationId: theirs.organisationId });

    expect(await beside.channel("only-ours")).toBeNull();
    expect((await chat.channel("only-ours"))?.name).toBe("x");
    await Promise.all([chat.close(), beside.close()]);
  });
});

describe("before the organisation is known", () => {
  test("a workspace and a migration lead to their organisation's id", async () => {
    expect(await store.organisationOf(theirs)).toEqual({
      organisationId: theirs.organisationId,
      workspaceId: theirs.workspaceId,
    });
    expect(await store.organisationOfMigration(theirsFilled.id)).toBe(theirs.organisationId);
    expect(await store.organisationOfMigration(MigrationId.parse(randomUUID()))).toBeNull();
  });

  test("a workspace seen first by many at once makes one organisation", async () => {
    const workspace = { surface: "slack", workspaceRef: `T${randomUUID()}` } as const;

    const found = await Promise.all(
      Array.from({ length: 10 }, () => store.organisationOf(workspace)),
    );

    expect(new Set(found.map(({ organisationId }) => organisationId)).size).toBe(1);
    const made = await asOwner("select 1 from organisations where name = $1", [
      workspace.workspaceRef,
    ]);
    expect(made).toHaveLength(1);
  });
});
