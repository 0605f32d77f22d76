/** Somebody who owns the tables takes away what protects them; the check says what is missing. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Log } from "../../../src/app/ports.ts";
import { verifyInTerminal } from "../../../src/cli/verify.ts";
import { startAudit } from "../../../src/loops/audit.ts";
import { ledgerMessage } from "../../../src/messages/report.ts";
import { LEDGER_TABLES } from "../../../src/store/audit/protection.ts";
import { times } from "../../faults/scale.ts";
import { anOffice, aPerson, type Office } from "../../support/people.ts";
import { createSigningStore, openTampering, settle, type Tampering } from "./stand.ts";

const signing = await createSigningStore();
const { store, asOwner } = signing;
let office: Office;
let tampering: Tampering;

beforeAll(async () => {
  office = await anOffice(store);
  await aPerson(store, office);
  await settle(store);
  tampering = await openTampering(signing, office.organisationId);
});
afterAll(() => tampering.close());

interface Change {
  readonly sql: string;
  /** What must be named. */
  readonly says: string;
}

const TABLES = Object.entries(LEDGER_TABLES);
const GUARDED = TABLES.filter(([, { guard }]) => guard !== null).map(([name]) => name);
const NAMES = TABLES.map(([name]) => name);
/** Nothing else depends on them, so that they can be dropped alone. */
const CONSTRAINTS = TABLES.flatMap(([table, { constraints }]) =>
  Object.keys(constraints).map((name) => ({ table, name })),
).filter(({ name }) => name !== "ledger_breaks_of_organisation");
const RIGHTS = TABLES.flatMap(([table, { app, loops }]) =>
  [
    { role: "cleargate_app", held: app },
    { role: "cleargate_loops", held: loops ?? "" },
  ].flatMap(({ role, held }) =>
    held.split(", ").flatMap((right) => (right === "" ? [] : [{ table, role, right }])),
  ),
);
const POLICIES = TABLES.flatMap(([table, { loops }]) => [
  { table, policy: "organisation" },
  ...(loops?.split(", ") ?? []).map((right) => ({ table, policy: `loops_${right.toLowerCase()}` })),
]);

function choose<T>(from: readonly T[], seed: number): T {
  const chosen = from[((seed * 2_654_435_761) % 4_294_967_296) % from.length];
  if (chosen === undefined) throw new Error("nothing to choose from");
  return chosen;
}

/** The owner's commands, each with a table, a role or a name that a seed chooses. */
const KINDS: Readonly<Record<string, (seed: number) => Change>> = {
  "a dropped guard": (seed) => {
    const table = choose(GUARDED, seed);
    const trigger = `${table}_never_change`;
    return {
      sql: `drop trigger ${trigger} on ${table}`,
      says: `The trigger ${trigger} on ${table} is missing.`,
    };
  },
  "a guard that is switched off": (seed) => {
    const table = choose(GUARDED, seed);
    return {
      sql: `alter table ${table} disable trigger ${seed % 2 === 0 ? "all" : "user"}`,
      says: `The trigger ${table}_never_change on ${table} is not as the schema files made it: disabled`,
    };
  },
  "a guard that stands by in replicas only": (seed) => {
    const table = choose(GUARDED, seed);
    const trigger = `${table}_never_change`;
    return {
      sql: `alter table ${table} enable replica trigger ${trigger}`,
      says: `The trigger ${trigger} on ${table} is not as the schema files made it: enabled otherwise`,
    };
  },
  "a guard that no longer stops what it did": (seed) => {
    const table = choose(GUARDED, seed);
    const when = choose(["delete or truncate", "update or truncate", "update or delete"], seed);
    return {
      sql: `create or replace trigger ${table}_never_change before ${when} on ${table}
        for each statement execute function no_change()`,
      says: `The trigger ${table}_never_change on ${table} is not as the schema files made it`,
    };
  },
  "a guard that does nothing": () => ({
    sql: "create or replace function no_change() returns trigger language plpgsql as $$ begin return null; end $$",
    says: "The function no_change is not as the schema files made it: plpgsql begin return null; end",
  }),
  "a trigger of somebody else": (seed) => {
    const table = choose(NAMES, seed);
    return {
      sql: `create function other() returns trigger language plpgsql as 'begin return new; end';
        create trigger other before insert on ${table} for each row execute function other()`,
      says: `The trigger other on ${table} is in no schema file`,
    };
  },
  "a dropped constraint": (seed) => {
    const { table, name } = choose(CONSTRAINTS, seed);
    return {
      sql: `alter table ${table} drop constraint ${name}`,
      says: `The constraint ${name} on ${table} is missing.`,
    };
  },
  "a constraint that holds less": (seed) => {
    const { table, name } = choose(CONSTRAINTS, seed);
    return {
      sql: `alter table ${table} drop constraint ${name}, add constraint ${name} check (true)`,
      says: `The constraint ${name} on ${table} is not as the schema files made it: CHECK (true)`,
    };
  },
  "row security that is off": (seed) => {
    const table = choose(NAMES, seed);
    const how = choose(["disable", "no force"], seed);
    return {
      sql: `alter table ${table} ${how} row level security`,
      says: `The row level security on ${table} is not as the schema files made it`,
    };
  },
  "a dropped policy": (seed) => {
    const { table, policy } = choose(POLICIES, seed);
    return {
      sql: `drop policy ${policy} on ${table}`,
      says: `The policy ${policy} on ${table} is missing.`,
    };
  },
  "a policy that lets all through": (seed) => {
    const table = choose(NAMES, seed);
    return {
      sql: `alter policy organisation on ${table} using (true)`,
      says: `The policy organisation on ${table} is not as the schema files made it`,
    };
  },
  "a policy of somebody else": (seed) => {
    const table = choose(NAMES, seed);
    const role = choose(["cleargate_app", "cleargate_loops", "public"], seed);
    return {
      sql: `create policy wide on ${table} to ${role} using (true)`,
      says: `The policy wide on ${table} is in no schema file: * to ${role}`,
    };
  },
  "a right that nobody should have": (seed) => {
    const table = choose(GUARDED, seed);
    const right = choose(["UPDATE", "DELETE", "TRUNCATE", "TRIGGER"], seed);
    const role = choose(["cleargate_app", "cleargate_loops", "public"], seed + 1);
    return {
      sql: `grant ${right} on ${table} to ${role}`,
      says: `The right of ${role} to ${right} on ${table} is in no schema file.`,
    };
  },
  "a right on one column": (seed) => {
    const table = choose(["ledger_entries", "ledger_heads", "ledger_checkpoints"], seed);
    return {
      sql: `grant update (organisation_id) on ${table} to cleargate_app`,
      says: `The right of cleargate_app to UPDATE (organisation_id) on ${table} is in no schema file.`,
    };
  },
  "a right that was taken away": (seed) => {
    const { table, role, right } = choose(RIGHTS, seed);
    return {
      sql: `revoke ${right} on ${table} from ${role}`,
      says: `The right of ${role} to ${right} on ${table} is missing.`,
    };
  },
  "rows of another table among them": (seed) => {
    const table = choose(NAMES, seed);
    return {
      sql: `create table more () inherits (${table})`,
      says: `The table ${table} is not as the schema files made it: a table, logged, with rows of another table`,
    };
  },
  "a rule that does something else": (seed) => {
    const table = choose(NAMES, seed);
    return {
      sql: `create rule quiet as on insert to ${table} do instead nothing`,
      says: `The table ${table} is not as the schema files made it: a table, logged, with rules`,
    };
  },
  "a table under another name": (seed) => {
    const table = choose(NAMES, seed);
    return {
      sql: `alter table ${table} rename to aside`,
      says: `The table ${table} is missing.`,
    };
  },
};

const tried = Array.from({ length: process.env.FAULTS_TIMES ? times(20) : 3 }, (_, at) => at + 1);

describe("a schema with", () => {
  test.each(Object.entries(KINDS))(
    "%s is found, and named",
    async (_, kind) => {
      const misses: string[] = [];
      for (const seed of tried) {
        const { sql, says } = kind(seed);
        const verdict = await tampering.judge(sql);
        const found = verdict.ok ? [] : verdict.unprotected;
        if (!found.some((sentence) => sentence.startsWith(says) && sentence.endsWith("."))) {
          misses.push(`seed ${seed}: ${sql}: ${found.join(" ") || "was not found"}`);
        }
      }

      expect(misses).toEqual([]);
    },
    times(30_000),
  );
});

test("the schema that the migrations make is as it should be, and every table of the ledger is looked at", async () => {
  expect(await tampering.judge("")).toMatchObject({ ok: true });
  const tables = await asOwner(
    `select relname as name from pg_class where relnamespace = 'cleargate'::regnamespace
     and relkind in ('r', 'p') and relname like 'ledger\\_%' order by 1`,
  );
  expect(tables.map(({ name }) => name)).toEqual(NAMES.toSorted());
});

test("somebody else may be let in to read, such as whoever makes backups", async () => {
  const verdict = await tampering.judge(
    "create role reader_of_ledgers; grant select on ledger_entries to reader_of_ledgers",
  );

  expect(verdict).toMatchObject({ ok: true });
});

test("a bad entry is named first, and what is missing beside it", async () => {
  const verdict = await tampering.judge(`drop trigger ledger_entries_never_change on ledger_entries;
    update ledger_entries set entry = entry || ' ' where organisation_id = org and sequence = 1`);

  expect(verdict).toMatchObject({
    ok: false,
    firstBad: 1,
    unprotected: [expect.stringContaining("ledger_entries_never_change")],
  });
});

test("a ledger that may not be read any more is not called whole", async () => {
  const right = "right of cleargate_app to SELECT on ledger_personal";
  const verdict = await tampering.judge("revoke select on ledger_personal from cleargate_app");

  expect(verdict).toMatchObject({
    ok: false,
    firstBad: null,
    why: "The entries could not be read, and what protects them is not as it was made.",
    unprotected: [`The ${right} is missing.`],
  });
});

test("a database that lets no trigger fire is found", async () => {
  await asOwner(`alter database ${signing.name} set session_replication_role = replica`);
  const restarted = await signing.another();
  const verdict = await restarted.verifyLedger(office.organisationId);
  await asOwner(`alter database ${signing.name} reset session_replication_role`);

  const says = "The setting session_replication_role is not as the schema files made it: replica.";
  expect(verdict).toMatchObject({ ok: false, unprotected: [says] });
});

describe("a guard that was dropped for good", () => {
  const trigger = "ledger_entries_never_change";
  const says = `The trigger ${trigger} on ledger_entries is missing.`;
  afterEach(() =>
    asOwner(`create or replace trigger ${trigger} before update or delete or truncate
      on ledger_entries for each statement execute function no_change()`),
  );

  test("is said by the check and by doctor, and closes no gate: the entries fit", async () => {
    await asOwner(`drop trigger ${trigger} on ledger_entries`);

    const verdict = await store.verifyLedger(office.organisationId);
    expect(verdict).toMatchObject({ ok: false, firstBad: null, unprotected: [says] });
    const { headline, sections = [] } = ledgerMessage(verdict);
    expect(headline).toBe(
      "The ledger is NOT protected as it should be: somebody changed the database.",
    );
    expect(sections.flatMap(({ lines = [] }) => lines)).toContain(says);
    const { breaks } = await store.read(office.organisationId, (reading) => reading.ledger());
    expect(breaks).toEqual([]);
    const findings = await store.examine();
    expect(findings).toContainEqual(
      expect.objectContaining({ check: "ledger protection", ok: false, says }),
    );
  });

  test("ends compliance verify with a failure, in words and as JSON", async () => {
    await asOwner(`drop trigger ${trigger} on ledger_entries`);

    const { outcome, message, json } = await verifyInTerminal({ store }, false);
    expect([outcome, message.headline]).toEqual([
      "failed",
      "The ledger is NOT protected as it should be: somebody changed the database.",
    ]);
    expect(JSON.parse(json)).toContainEqual(
      expect.objectContaining({ ok: false, firstBad: null, unprotected: [says] }),
    );
  });

  test("is logged by the daily check, once for all ledgers", async () => {
    await aPerson(store, await anOffice(store));
    await asOwner(`drop trigger ${trigger} on ledger_entries`);
    const logged: unknown[] = [];
    const log: Log = {
      info: () => undefined,
      warn: () => undefined,
      error: (event, fields) => void logged.push({ event, fields }),
    };
    const audit = startAudit({ store, log, everyMs: 5 });
    await expect.poll(() => logged.length).toBeGreaterThan(0);
    await audit.stop();

    expect(logged).toEqual([{ event: "ledger_unprotected", fields: { why: [says] } }]);
  });

  test("is not said once it is back", async () => {
    expect(await store.verifyLedger(office.organisationId)).toMatchObject({ ok: true });
    const findings = await store.examine();
    expect(findings).toContainEqual(
      expect.objectContaining({ check: "ledger protection", ok: true }),
    );
  });
});
