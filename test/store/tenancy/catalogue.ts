/** Reads PostgreSQL's catalogue and names everything by which a row could leave its organisation. */
import { z } from "zod";

export type Ask = (sql: string) => Promise<readonly unknown[]>;

/** Tables without `organisation_id`, and why no organisation is in them. */
export const SHARED: Readonly<Record<string, string>> = {
  received_requests: "hashes of signed requests, asked before it is known whose they are",
  schema_migrations: "the names of the schema files",
  slack_install_states: "hashes, kept before it is known which workspace will install the app",
  workflow_definitions: "the workflow files of this installation, by hash; no customer is in them",
};
/** What requests may do with them. */
const SHARED_GRANTS: Readonly<Record<string, string>> = {
  received_requests: "DELETE, INSERT, SELECT, UPDATE",
  schema_migrations: "SELECT",
  slack_install_states: "DELETE, INSERT, SELECT, UPDATE",
  workflow_definitions: "INSERT, SELECT",
};

/** The column by which a table is divided where it is not `organisation_id`. */
const DIVIDED_BY: Readonly<Record<string, string>> = { organisations: "id" };

/** Everything that the loops may do, across organisations, with the columns where not all are theirs. */
export const LOOPS: Readonly<Record<string, string>> = {
  outbox: "DELETE, SELECT, UPDATE",
  living_messages: "DELETE, INSERT, SELECT, UPDATE",
  inbound_events: "DELETE, SELECT",
  delivery_pauses: "DELETE, INSERT, SELECT, UPDATE",
  ledger_staging: "DELETE, INSERT, SELECT",
  ledger_entries: "INSERT, SELECT",
  ledger_heads: "INSERT, SELECT",
  ledger_nodes: "INSERT, SELECT",
  ledger_keys: "INSERT, SELECT",
  ledger_checkpoints: "INSERT, SELECT",
  ledger_breaks: "INSERT, SELECT",
  ledger_break_acceptances: "INSERT, SELECT",
  ledger_settings: "INSERT, SELECT",
  splunk_cursors: "INSERT, SELECT, UPDATE",
  splunk_refusals: "INSERT, SELECT, UPDATE",
  organisations: "SELECT (created_at, id)",
  workspaces: "SELECT (id, organisation_id, ref, surface)",
  identities: "SELECT",
};

/** What the owner may change for a function that moves rows between organisations. */
const MOVES = policyText({
  table: "workspaces",
  roles: "the owner",
  command: "UPDATE",
  permissive: "PERMISSIVE",
  using: "(surface <> 'web'::text)",
  check: "(surface <> 'web'::text)",
});

export interface LookUp {
  readonly why: string;
  readonly answers: string;
  /** The tables that its owner may read for it. */
  readonly reads: readonly string[];
}

/** Functions that pass row level security: what each finds before the organisation is known, ids only. */
export const LOOK_UPS: Readonly<Record<string, LookUp>> = {
  organisation_of_workspace: {
    why: "a verified request names its workspace",
    answers: "TABLE(organisation_id uuid, workspace_id uuid)",
    reads: ["workspaces"],
  },
  organisation_of_migration: {
    why: "the terminal names a migration alone",
    answers: "uuid",
    reads: ["migrations"],
  },
  organisation_of_workspace_id: {
    why: "a message leaves for a workspace, whose token is kept under its organization",
    answers: "TABLE(organisation_id uuid, workspace_ref text)",
    reads: ["workspaces"],
  },
  slack_app_ids: {
    why: "a signed request names the app that sent it",
    answers: "TABLE(app_id text)",
    reads: ["slack_installations"],
  },
  slack_token_keys: {
    why: "the start asks under which keys tokens are, and takes old keys away",
    answers: "TABLE(organisation_id uuid, workspace_id uuid, workspace_ref text, key_id text)",
    reads: ["slack_tokens", "workspaces"],
  },
  organisation_of_link_code: {
    why: "a code typed in another organization is told apart from an unknown one",
    answers: "uuid",
    reads: ["link_codes"],
  },
  move_workspaces: {
    why: "an organization without migrations joins another by a code of its administrator",
    answers: "TABLE(workspace_id uuid, organisation_id uuid)",
    reads: ["link_codes", "migrations", "workspaces"],
  },
};

const IN_SCHEMA = "relnamespace = 'cleargate'::regnamespace";

/** Every problem, one sentence each; none: no statement sees another organisation's rows. */
export async function findTenancyProblems(ask: Ask): Promise<readonly string[]> {
  const checks = [
    findUnfenced,
    findWrongPolicies,
    findWrongGrants,
    findWrongRoles,
    findOpenFunctions,
    findOpenViews,
    findLooseLinks,
  ];
  const found: string[] = [];
  for (const check of checks) found.push(...(await check(ask)));
  return found;
}

const Table = z.object({ name: z.string(), fenced: z.boolean(), divided: z.boolean() });

async function tablesOf(ask: Ask): Promise<readonly z.infer<typeof Table>[]> {
  return z.array(Table).parse(
    await ask(
      `select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as fenced,
         exists (select from pg_attribute a where a.attrelid = c.oid and not a.attisdropped
           and a.attname = 'organisation_id') as divided
       from pg_class c where c.${IN_SCHEMA} and c.relkind in ('r', 'p', 'f', 'm') order by 1`,
    ),
  );
}

const isDivided = ({ name, divided }: z.infer<typeof Table>) => divided || name in DIVIDED_BY;

async function findUnfenced(ask: Ask): Promise<readonly string[]> {
  return (await tablesOf(ask)).flatMap((table) => {
    if (isDivided(table)) return table.fenced ? [] : [`${table.name} has no forced row security`];
    return table.name in SHARED ? [] : [`${table.name} is in no list and names no organisation`];
  });
}

const Policy = z.object({
  table: z.string(),
  name: z.string(),
  roles: z.string(),
  command: z.string(),
  permissive: z.string(),
  using: z.string().nullable(),
  check: z.string().nullable(),
  owner: z.string(),
});
type Policy = z.infer<typeof Policy>;

function policyText(policy: Omit<Policy, "name" | "owner">): string {
  const { table, roles, command, using, check } = policy;
  return `${table}: ${command} for ${roles} using (${using ?? "-"}) check (${check ?? "-"})`;
}

async function findWrongPolicies(ask: Ask): Promise<readonly string[]> {
  const rows = await ask(
    `select p.tablename as table, p.policyname as name, array_to_string(p.roles, ',') as roles,
       p.cmd as command, p.permissive, p.qual as using, p.with_check as check,
       pg_get_userbyid(c.relowner) as owner
     from pg_policies p join pg_class c on c.relname = p.tablename and c.${IN_SCHEMA}
     where p.schemaname = 'cleargate'`,
  );
  const there = z.array(Policy).parse(rows);
  const wanted = (await tablesOf(ask)).filter(isDivided).flatMap(({ name }) => wantedFor(name));
  const texts = there.map((policy) =>
    policyText(
      ["look_up", "move"].includes(policy.name) ? { ...policy, roles: asOwner(policy) } : policy,
    ),
  );
  const lookUps = new Set(Object.values(LOOK_UPS).flatMap(({ reads }) => reads));
  const all = [...wanted, ...[...lookUps].map(lookUpOn), MOVES];
  return [
    ...all.filter((text) => !texts.includes(text)).map((text) => `missing policy: ${text}`),
    ...texts.filter((text) => !all.includes(text)).map((text) => `unknown policy: ${text}`),
  ];
}

const asOwner = ({ roles, owner }: Policy) => (roles === owner ? "the owner" : roles);

const lookUpOn = (table: string) =>
  policyText({
    table,
    roles: "the owner",
    command: "SELECT",
    permissive: "PERMISSIVE",
    using: "true",
    check: null,
  });

function wantedFor(table: string): readonly string[] {
  const column = DIVIDED_BY[table] ?? "organisation_id";
  const own = `(${column} = ( SELECT (NULLIF(current_setting('cleargate.organisation'::text, true), ''::text))::uuid AS "nullif"))`;
  const permissive = "PERMISSIVE";
  const ours = {
    table,
    permissive,
    roles: "cleargate_app",
    command: "ALL",
    using: own,
    check: own,
  };
  const commands = (LOOPS[table] ?? "").replace(/ \(.*\)/, "");
  const theirs = commands === "" ? [] : commands.split(", ");
  return [
    policyText(ours),
    ...theirs.map((command) => {
      const inserts = command === "INSERT";
      const [using, check] = inserts ? [null, "true"] : ["true", null];
      return policyText({ table, permissive, roles: "cleargate_loops", command, using, check });
    }),
  ];
}

const Grant = z.object({
  table: z.string(),
  grantee: z.string(),
  privilege: z.string(),
  columns: z.string().nullable(),
});

/** What somebody else than the owner may do, on a table or on some of its columns. */
async function findWrongGrants(ask: Ask): Promise<readonly string[]> {
  const rows = await ask(
    `select c.relname as table, coalesce(r.rolname, 'public') as grantee,
       a.privilege_type as privilege, null as columns
     from pg_class c cross join aclexplode(c.relacl) a left join pg_roles r on r.oid = a.grantee
     where c.${IN_SCHEMA} and c.relkind in ('r', 'p', 'v', 'm', 'f') and a.grantee <> c.relowner
     union all
     select c.relname, coalesce(r.rolname, 'public'), a.privilege_type,
       string_agg(t.attname, ', ' order by t.attname)
     from pg_class c join pg_attribute t on t.attrelid = c.oid cross join aclexplode(t.attacl) a
       left join pg_roles r on r.oid = a.grantee
     where c.${IN_SCHEMA} and a.grantee <> c.relowner group by 1, 2, 3`,
  );
  const held = new Map<string, string>();
  for (const { table, grantee, privilege, columns } of z.array(Grant).parse(rows)) {
    const place = `${grantee} ${table}`;
    const text = columns === null ? privilege : `${privilege} (${columns})`;
    held.set(place, [...(held.get(place)?.split(", ") ?? []), text].toSorted().join(", "));
  }
  const problems: string[] = [];
  for (const [place, privileges] of held) {
    const [grantee = "", table = ""] = place.split(" ");
    const allowed = allowedTo(grantee, table, privileges);
    if (!allowed) problems.push(`${grantee} may ${privileges} on ${table}`);
  }
  for (const [table, privileges] of Object.entries(LOOPS)) {
    const found = held.get(`cleargate_loops ${table}`);
    if (found === undefined) problems.push(`cleargate_loops may not ${privileges} on ${table}`);
  }
  return problems;
}

function allowedTo(grantee: string, table: string, privileges: string): boolean {
  if (grantee === "cleargate_loops") return LOOPS[table] === privileges;
  if (grantee !== "cleargate_app") return false;
  if (table in SHARED) return SHARED_GRANTS[table] === privileges;
  return /^((DELETE|INSERT|SELECT|UPDATE)(, |$))*$/.test(privileges);
}

const Role = z.object({
  name: z.string(),
  powers: z.string(),
  member: z.string().nullable(),
  owns: z.string().nullable(),
});

async function findWrongRoles(ask: Ask): Promise<readonly string[]> {
  const rows = await ask(
    `select r.rolname as name, concat_ws(', ', case when rolsuper then 'superuser' end,
         case when rolbypassrls then 'bypassrls' end, case when rolcreaterole then 'createrole' end,
         case when rolcreatedb then 'createdb' end,
         case when rolreplication then 'replication' end) as powers,
       (select string_agg(g.rolname || case when m.inherit_option then ' (inherited)' else '' end, ', ')
        from pg_auth_members m join pg_roles g on g.oid = m.roleid where m.member = r.oid) as member,
       (select string_agg(c.relname, ', ') from pg_class c
        where c.relowner = r.oid and c.${IN_SCHEMA}) as owns
     from pg_roles r where r.rolname in ('cleargate_app', 'cleargate_loops') order by 1`,
  );
  const roles = z.array(Role).parse(rows);
  const names = roles.map(({ name }) => name).join();
  return [
    ...(names === "cleargate_app,cleargate_loops" ? [] : [`the roles are ${names}`]),
    ...roles.flatMap(({ name, powers, member, owns }) => [
      ...(powers === "" ? [] : [`${name} is ${powers}`]),
      ...(owns === null ? [] : [`${name} owns ${owns}`]),
      // A login as cleargate_app may become cleargate_loops; it never sees as it without that.
      ...(member === null || (name === "cleargate_app" && member === "cleargate_loops")
        ? []
        : [`${name} belongs to ${member}`]),
    ]),
  ];
}

const Definer = z.object({
  name: z.string(),
  answers: z.string(),
  pinned: z.boolean(),
  bound: z.boolean(),
  reach: z.string(),
});

async function findOpenFunctions(ask: Ask): Promise<readonly string[]> {
  const rows = await ask(
    `select f.proname as name, pg_get_function_result(f.oid) as answers,
       coalesce('search_path=cleargate, pg_temp' = any(f.proconfig), false) as pinned,
       f.prosqlbody is not null as bound,
       (select coalesce(string_agg(coalesce(r.rolname, 'public'), ', ' order by 1), '')
        from aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a
          left join pg_roles r on r.oid = a.grantee where a.grantee <> f.proowner) as reach
     from pg_proc f where f.pronamespace = 'cleargate'::regnamespace and f.prosecdef`,
  );
  const found = z.array(Definer).parse(rows);
  const missing = Object.keys(LOOK_UPS).filter((name) => !found.some((one) => one.name === name));
  return [
    ...missing.map((name) => `${name} is not there, or does not pass row level security`),
    ...found.flatMap(({ name, answers, pinned, bound, reach }) => [
      ...(LOOK_UPS[name]?.answers === answers ? [] : [`${name} answers ${answers} past the fence`]),
      ...(pinned ? [] : [`${name} has no pinned search_path`]),
      ...(bound ? [] : [`${name} has a body that is read late`]),
      ...(reach === "cleargate_app" ? [] : [`${name} may be called by ${reach || "nobody"}`]),
    ]),
  ];
}

/** A view without `security_invoker` reads as its owner. */
async function findOpenViews(ask: Ask): Promise<readonly string[]> {
  const rows = await ask(
    `select c.relname as name from pg_class c where c.${IN_SCHEMA} and c.relkind = 'v'
       and not coalesce(c.reloptions @> '{security_invoker=true}', false)
       and not coalesce(c.reloptions @> '{security_invoker=on}', false)`,
  );
  return z
    .array(z.object({ name: z.string() }))
    .parse(rows)
    .map(({ name }) => `the view ${name} reads as its owner`);
}

/** Foreign keys are checked past the fence: each between two divided tables takes the organisation in. */
async function findLooseLinks(ask: Ask): Promise<readonly string[]> {
  const rows = await ask(
    `select k.conname as name from pg_constraint k
       join pg_attribute a on a.attrelid = k.conrelid and a.attname = 'organisation_id'
       join pg_attribute b on b.attrelid = k.confrelid and b.attname = 'organisation_id'
     where k.contype = 'f' and k.connamespace = 'cleargate'::regnamespace and not exists (
       select from generate_subscripts(k.conkey, 1) at
       where k.conkey[at] = a.attnum and k.confkey[at] = b.attnum)`,
  );
  return z
    .array(z.object({ name: z.string() }))
    .parse(rows)
    .map(({ name }) => `${name} may refer to another organisation`);
}
