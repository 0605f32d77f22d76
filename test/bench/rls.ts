/** What row level security costs: the same questions as the owner with an explicit filter, and as the app within its fence. */
import { randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import pg from "pg";
import { openEmbeddedPostgres } from "../../src/store/embedded.ts";
import { migrate } from "../../src/store/migrate.ts";
import { LOAD_MIGRATION } from "../../src/store/reading/record-sql.ts";
import { measure, type Result } from "./measure.ts";
import { aFolder } from "./stage.ts";

const ORGANISATIONS = 10;
const MIGRATIONS = 100;
const REQUIREMENTS = 10;
const EACH = 60;
const GOAL = { ratio: 1.2 } as const;

/** $1 organisations, $2 migrations of each, $3 requirements of each migration. */
const FILL = [
  `insert into organisations select gen_random_uuid(), 'o' || n, now() from generate_series(1, ${ORGANISATIONS}) n`,
  `insert into people (id, organisation_id, name, email_confirmed, time_zone, kind, is_administrator, last_seen_at)
   select gen_random_uuid(), id, 'p', true, 'UTC', 'member', false, now() from organisations`,
  `insert into migrations (id, organisation_id, customer, industry, time_zone, opened_at)
   select gen_random_uuid(), id, 'c' || n, 'clinic', 'UTC', now() - n * interval '1 hour'
   from organisations, generate_series(1, ${MIGRATIONS}) n`,
  `insert into requirement_items (organisation_id, migration_id, requirement, version)
   select organisation_id, id, 'r' || n, 1 from migrations, generate_series(1, ${REQUIREMENTS}) n`,
  `insert into answers (organisation_id, migration_id, requirement, question, value, by_person, by_name, given_at)
   select i.organisation_id, i.migration_id, i.requirement, 'q' || n, '"yes"', p.id, 'p', now()
   from requirement_items i join people p on p.organisation_id = i.organisation_id, generate_series(1, 3) n`,
  "analyze",
];

interface Question {
  readonly what: string;
  /** Null: only to know. */
  readonly goal: { readonly ratio: number } | null;
  /** As the app asks it, and as its owner would have to. */
  readonly fenced: { readonly text: string; readonly values: readonly unknown[] };
  readonly filtered: { readonly text: string; readonly values: readonly unknown[] };
}

function questions(organisation: string, migration: string): readonly Question[] {
  const list = (where: string) =>
    `select id, customer, state from migrations ${where} order by opened_at desc, id limit 50`;
  const answered = (where: string) =>
    `select i.requirement, count(a.id) from requirement_items i
     join answers a on a.migration_id = i.migration_id and a.requirement = i.requirement
     ${where} group by 1 order by 1`;
  const load = {
    text: LOAD_MIGRATION,
    values: [organisation, migration, ["compliance_officer"], null],
  };
  const filtered = {
    text: answered("where i.organisation_id = $1 and a.organisation_id = $1"),
    values: [organisation],
  };
  return [
    {
      what: "rls: the newest fifty migrations, the fence alone",
      goal: GOAL,
      fenced: { text: list(""), values: [] },
      filtered: { text: list("where organisation_id = $1"), values: [organisation] },
    },
    { what: "rls: one whole migration", goal: GOAL, fenced: load, filtered: load },
    { what: "rls: answers over two tables", goal: GOAL, fenced: filtered, filtered },
    {
      what: "rls: answers over two tables, the fence alone",
      // Without an index to help, the fence is asked for each row: statements keep their own filter.
      goal: null,
      fenced: { text: answered(""), values: [] },
      filtered,
    },
  ];
}

export async function benchRowSecurity(): Promise<readonly Result[]> {
  const folder = aFolder();
  const postgres = await openEmbeddedPostgres({ dataDir: folder });
  await migrate(postgres.ownerUrl, path.resolve(import.meta.dirname, "../../migrations"));
  const options = "-c search_path=cleargate";
  const owner = new pg.Client({ connectionString: postgres.ownerUrl, options });
  const app = new pg.Client({ connectionString: postgres.appUrl, options });
  await Promise.all([owner.connect(), app.connect()]);
  try {
    // The rows are made up, and belong to workspaces that nobody needs here.
    await owner.query("set session_replication_role = replica");
    for (const text of FILL) await owner.query(text);
    await owner.query("set session_replication_role = origin");
    const { rows } = await owner.query("select organisation_id, id from migrations limit 1");
    const [{ organisation_id: organisation, id }] = rows;
    const begin = `begin; set local cleargate.organisation = '${organisation}'`;
    const results: Result[] = [];
    for (const { what, goal, fenced, filtered } of questions(organisation, id)) {
      await requireSame(ask(app, begin, fenced), ask(owner, "begin", filtered));
      const plan = { what, each: EACH, goal };
      const ours = { name: "within the fence", run: ask(app, begin, fenced) };
      const peer = { name: "as the owner, filtered", run: ask(owner, "begin", filtered) };
      results.push(await measure({ ...plan, ours, peer }));
    }
    return results;
  } finally {
    await Promise.all([owner.end(), app.end()]);
    await postgres.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** One transaction with one question, its plan kept by the connection. */
function ask(client: pg.Client, begin: string, { text, values }: Question["fenced"]) {
  const name = randomUUID();
  return async (): Promise<readonly unknown[]> => {
    await client.query(begin);
    const { rows } = await client.query({ name, text, values: [...values] });
    await client.query("commit");
    return rows;
  };
}

/** Otherwise one of them would be measured at another piece of work. */
async function requireSame(...runs: readonly (() => Promise<readonly unknown[]>)[]): Promise<void> {
  const [a, b] = await Promise.all(runs.map((run) => run()));
  if (a?.length === 0 || JSON.stringify(a) !== JSON.stringify(b)) {
    throw new Error("the two questions have not the same answer");
  }
}
