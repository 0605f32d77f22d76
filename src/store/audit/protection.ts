/**
 * Whether the database still protects the ledger as the schema files made it: what PostgreSQL's catalogue says of the
 * ledger's tables, beside what stands here. A file that changes one of these tables changes this list.
 */
import { z } from "zod";
import type { Sql } from "../pool.ts";

interface Table {
  /** What the two roles may do; the loops have none on personal data. */
  readonly app: string;
  readonly loops: string | null;
  /** A guard that stops the owner too. */
  readonly guard: "append-only" | null;
  readonly constraints: Readonly<Record<string, string>>;
}

const ADD = "INSERT, SELECT";
/** What the loops alone add, and what requests add too. */
const SEALED = { app: "SELECT", loops: ADD, guard: "append-only" } as const;
const NOTED = { app: ADD, loops: ADD, guard: "append-only" } as const;
const OF_ORGANISATION = "FOREIGN KEY (organisation_id) REFERENCES organisations(id)";
const BY_ID = "PRIMARY KEY (id)";

export const LEDGER_TABLES: Readonly<Record<string, Table>> = {
  ledger_staging: {
    ...{ app: ADD, loops: "DELETE, INSERT, SELECT", guard: null },
    constraints: { ledger_staging_pkey: BY_ID },
  },
  ledger_entries: {
    ...SEALED,
    constraints: {
      ledger_entries_at_one_place: "PRIMARY KEY (organisation_id, sequence)",
      ledger_entries_hash_length: "CHECK ((octet_length(leaf_hash) = 32))",
      ledger_entries_organisation_id_fkey: OF_ORGANISATION,
    },
  },
  ledger_heads: {
    ...SEALED,
    constraints: {
      ledger_heads_two_of_one_size: "PRIMARY KEY (organisation_id, size)",
      ledger_heads_organisation_id_fkey: OF_ORGANISATION,
    },
  },
  ledger_personal: {
    ...{ app: "INSERT, SELECT, UPDATE", loops: null, guard: null },
    constraints: {
      ledger_personal_written_twice: "PRIMARY KEY (organisation_id, commitment)",
      ledger_personal_half_erased:
        "CHECK ((((body IS NULL) = (erased_at IS NOT NULL)) AND ((salt IS NULL) = (erased_at IS NOT NULL))))",
      ledger_personal_organisation_id_fkey: OF_ORGANISATION,
    },
  },
  ledger_nodes: {
    ...SEALED,
    constraints: {
      ledger_nodes_at_one_place: "PRIMARY KEY (organisation_id, level, place)",
      ledger_nodes_organisation_id_fkey: OF_ORGANISATION,
    },
  },
  ledger_keys: {
    ...NOTED,
    constraints: {
      ledger_keys_pkey: BY_ID,
      ledger_keys_organisation_id_fkey: OF_ORGANISATION,
    },
  },
  ledger_checkpoints: {
    ...SEALED,
    constraints: {
      ledger_checkpoints_pkey: BY_ID,
      ledger_checkpoints_two_of_one_size: "UNIQUE (organisation_id, era, size)",
      ledger_checkpoints_organisation_id_fkey: OF_ORGANISATION,
    },
  },
  ledger_breaks: {
    ...NOTED,
    constraints: {
      ledger_breaks_pkey: BY_ID,
      ledger_breaks_of_organisation: "UNIQUE (organisation_id, id)",
      ledger_breaks_organisation_id_fkey: OF_ORGANISATION,
    },
  },
  ledger_break_acceptances: {
    ...NOTED,
    constraints: {
      ledger_break_acceptances_twice_by_one: "PRIMARY KEY (break_id, by_person)",
      ledger_break_acceptances_by_three: "UNIQUE (break_id, is_final)",
      ledger_break_acceptances_outside_organisation:
        "FOREIGN KEY (organisation_id, break_id) REFERENCES ledger_breaks(organisation_id, id)",
    },
  },
  ledger_settings: {
    ...NOTED,
    constraints: {
      ledger_settings_pkey: BY_ID,
      ledger_settings_organisation_id_fkey: OF_ORGANISATION,
    },
  },
};

const OWN =
  "(organisation_id = ( SELECT (NULLIF(current_setting('cleargate.organisation'::text, true), ''::text))::uuid AS \"nullif\"))";

/** Facts by their name; what a fact says is empty where its name says all. */
type Facts = ReadonlyMap<string, string>;

function factsOf([table, made]: readonly [string, Table]): readonly (readonly [string, string])[] {
  const commands = made.loops?.split(", ") ?? [];
  const rights = (role: string, may: readonly string[]) =>
    may.map((right) => [`right of ${role} to ${right} on ${table}`, ""] as const);
  return [
    [`table ${table}`, "a table, logged"],
    [`row level security on ${table}`, "on, forced"],
    [`policy organisation on ${table}`, `* to cleargate_app using ${OWN} check ${OWN}`],
    ...commands.map((command) => {
      const letter = { SELECT: "r", INSERT: "a", DELETE: "d" }[command] ?? "?";
      const what = command === "INSERT" ? "using - check true" : "using true check -";
      const name = `policy loops_${command.toLowerCase()} on ${table}`;
      return [name, `${letter} to cleargate_loops ${what}`] as const;
    }),
    ...rights("cleargate_app", made.app.split(", ")),
    ...rights("cleargate_loops", commands),
    ...Object.entries(made.constraints).map(
      ([name, says]) => [`constraint ${name} on ${table}`, says] as const,
    ),
    ...(made.guard === null ? [] : [guardOf(table)]),
  ];
}

const guardOf = (table: string) =>
  [
    `trigger ${table}_never_change on ${table}`,
    `CREATE TRIGGER ${table}_never_change BEFORE DELETE OR UPDATE OR TRUNCATE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION no_change()`,
  ] as const;

const MADE: Facts = new Map([
  ...Object.entries(LEDGER_TABLES).flatMap(factsOf),
  [
    "function no_change",
    "plpgsql begin raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation'; end",
  ],
  ["setting session_replication_role", "origin"],
]);

/** Who else may read is for the operator to say; nobody else may write. */
const FOUND = `
  with tables as materialized (
    select c.*, relname::text as name from pg_class c
    where c.relnamespace = 'cleargate'::regnamespace and c.relname = any($1)
  ), acls as (
    select name, relowner, grantee, privilege_type::text as may
    from tables cross join aclexplode(relacl)
    union all
    select name, relowner, grantee, format('%s (%s)', privilege_type, attname)
    from tables join pg_attribute on attrelid = tables.oid cross join aclexplode(attacl)
  )
  select 'table ' || name as name, concat_ws(', ',
    case relkind when 'r' then 'a table' else 'no table' end,
    case relpersistence when 'p' then 'logged' else 'not logged' end,
    case when exists (select from pg_inherits where tables.oid in (inhparent, inhrelid))
      then 'with rows of another table' end,
    case when exists (select from pg_rewrite where ev_class = tables.oid) then 'with rules' end) as says
  from tables
  union all
  select 'row level security on ' || name, concat_ws(', ',
    case when relrowsecurity then 'on' else 'off' end,
    case when relforcerowsecurity then 'forced' else 'not for the owner' end)
  from tables
  union all
  select format('policy %s on %s', polname, name), concat_ws(' ', polcmd,
    case when polpermissive then 'to' else 'only to' end,
    (select string_agg(coalesce(rolname, 'public'), ', ' order by rolname)
     from unnest(polroles) as role left join pg_roles r on r.oid = role),
    'using', coalesce(pg_get_expr(polqual, polrelid), '-'),
    'check', coalesce(pg_get_expr(polwithcheck, polrelid), '-'))
  from pg_policy join tables on tables.oid = polrelid
  union all
  select format('right of %s to %s on %s', coalesce(rolname, 'public'), may, name), ''
  from acls left join pg_roles r on r.oid = grantee
  where grantee <> relowner and not (may like 'SELECT%'
    and coalesce(rolname, 'public') not in ('cleargate_app', 'cleargate_loops', 'public'))
  union all
  select format('constraint %s on %s', conname, name), pg_get_constraintdef(k.oid)
  from pg_constraint k join tables on tables.oid = conrelid where contype <> 'n'
  union all
  select format('trigger %s on %s', tgname, name), concat(
    case tgenabled when 'O' then '' when 'D' then 'disabled: ' else 'enabled otherwise: ' end,
    pg_get_triggerdef(g.oid, true))
  from pg_trigger g join tables on tables.oid = tgrelid where not tgisinternal or tgenabled <> 'O'
  union all
  select 'function ' || proname, lanname || regexp_replace(prosrc, '\\s+', ' ', 'g')
  from pg_proc f join pg_language l on l.oid = prolang
  where pronamespace = 'cleargate'::regnamespace and proname = 'no_change'
  union all
  select 'setting session_replication_role', current_setting('session_replication_role')`;

const Found = z.array(z.object({ name: z.string(), says: z.string() }));

/** One sentence for each difference; none: the ledger is protected as it was made. */
export async function findUnprotected(sql: Sql): Promise<readonly string[]> {
  const { rows } = await sql.query(FOUND, [Object.keys(LEDGER_TABLES)]);
  const found: Facts = new Map(Found.parse(rows).map(({ name, says }) => [name, says.trim()]));
  const names = [...new Set([...MADE.keys(), ...found.keys()])];
  return names.flatMap((name) => {
    const [made, is] = [MADE.get(name), found.get(name)];
    if (is === made) return [];
    if (is === undefined) return [`The ${name} is missing.`];
    const now = is === "" ? "" : `: ${is}`;
    return made === undefined
      ? [`The ${name} is in no schema file${now}.`]
      : [`The ${name} is not as the schema files made it${now}.`];
  });
}
