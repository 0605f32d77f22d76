/**
 * One organisation joins another in one transaction: it writes its last facts, its workspaces are moved by the one
 * function that may, and the other organisation writes its first facts about them.
 */
import type pg from "pg";
import { z } from "zod";
import type { Installation, Joining, JoiningStore, Leaving } from "../../app/joining-ports.ts";
import { Instant, OrganisationId, PersonId, type Sha256, WorkspaceId } from "../../domain/ids.ts";
import type { OrganisationSummary } from "../../domain/organisations/joining.ts";
import { MemberRole, Surface } from "../../domain/people/person.ts";
import { isRefusal, type Refusal } from "../../domain/refusal.ts";
import type { Sql } from "../pool.ts";
import { enterOrganisation, hold } from "../slack-installations/link-workspace.ts";
import { inTransaction } from "../transaction.ts";
import { createWriting } from "../writing.ts";

/** The tokens of apps that workspaces installed themselves; each is sealed for its organisation. */
export interface TokenBearer {
  /** Takes the tokens of these workspaces away; answers with what puts them down elsewhere, or whose cannot be read. */
  take(
    sql: Sql,
    from: OrganisationId,
  ): Promise<((to: OrganisationId) => Promise<void>) | { readonly unreadable: string }>;
}

interface JoiningOptions {
  readonly pool: pg.Pool;
  readonly deadlineMs: number;
  readonly clock: () => Date;
  readonly isNew: (sql: Sql, organisation: OrganisationId, eventKey: string) => Promise<boolean>;
  /** Facts of both ledgers were committed. */
  readonly wake: () => void;
}

interface OpenedJoining extends JoiningStore {
  carryTokensWith(bearer: TokenBearer): void;
}

const READ = "begin isolation level repeatable read read only";

export function createJoining(options: JoiningOptions): OpenedJoining {
  const { pool, deadlineMs } = options;
  let bearer: TokenBearer | null = null;
  return {
    organisation: (organisation) =>
      inTransaction(pool, { begin: READ, deadlineMs, organisation }, (sql) =>
        loadOrganisation(sql, organisation),
      ),
    async joinOrganisations(joining) {
      const whose = { begin: "begin", deadlineMs, organisation: joining.leaves } as const;
      const done = await inTransaction(pool, { ...whose, undoes: isRefusal }, (sql) =>
        join(sql, { ...options, bearer }, joining),
      );
      options.wake();
      return done;
    },
    carryTokensWith: (given) => {
      bearer = given;
    },
  };
}

const Summary = z.object({
  id: OrganisationId,
  name: z.string(),
  migrations: z.number(),
  workspaces: z.array(
    z.object({ workspaceId: WorkspaceId, surface: Surface, workspaceRef: z.string() }),
  ),
  roles: z.array(z.object({ personId: PersonId, name: z.string(), role: MemberRole })),
});

async function loadOrganisation(
  sql: Sql,
  organisation: OrganisationId,
): Promise<OrganisationSummary> {
  const { rows } = await sql.query(
    `select o.id, o.name,
       (select count(*)::int from migrations m where m.organisation_id = o.id) as migrations,
       (select coalesce(json_agg(json_build_object('workspaceId', w.id, 'surface', w.surface,
          'workspaceRef', w.ref) order by w.ref = o.name desc, w.ref), '[]'::json)
        from workspaces w where w.organisation_id = o.id) as workspaces,
       (select coalesce(json_agg(json_build_object('personId', p.id, 'name', p.name,
          'role', g.role) order by p.name, g.role), '[]'::json)
        from role_grants g join people p on p.id = g.person_id
        where g.organisation_id = o.id and g.withdrawn_at is null) as roles
     from organisations o where o.id = $1`,
    [organisation],
  );
  return Summary.parse(rows[0]);
}

/** The transaction works for the organisation that leaves, and for the one that stays from the move on. */
async function join<L, T>(
  sql: Sql,
  given: JoiningOptions & { readonly bearer: TokenBearer | null },
  joining: Joining<L, T>,
): Promise<T | Refusal | "repeated"> {
  const { clock, isNew, bearer } = given;
  const { leaves, stays, eventKey } = joining;
  if (!(await isNew(sql, leaves, eventKey))) return "repeated";
  const leaving = await holdLeaving(sql, leaves, stays);
  const putDown = await takeTokens(sql, leaves, bearer);
  if (isRefusal(putDown)) return putDown;
  await forgetDeliveries(sql, leaves);
  const before = createWriting(sql, { organisationId: leaves, clock });
  const carried = await joining.leave(before, leaving);
  if (isRefusal(carried)) return carried;
  const moved = await moveWorkspaces(sql, joining);
  if (moved !== leaving.organisation.workspaces.length) return { refused: "join_code_invalid" };
  await enterOrganisation(sql, stays);
  await isNew(sql, stays, eventKey);
  const after = createWriting(sql, { organisationId: stays, clock });
  const arrived = await joining.arrive(after, leaving, carried);
  await putDown(stays);
  return arrived;
}

/** Two that cross wait for one another; an installation of one of the workspaces waits for both. */
async function holdLeaving(
  sql: Sql,
  leaves: OrganisationId,
  stays: OrganisationId,
): Promise<Leaving> {
  for (const id of [leaves, stays].toSorted())
    await sql.query("select pg_advisory_xact_lock(hashtextextended($1, 11))", [id]);
  const known = await loadOrganisation(sql, leaves);
  for (const ref of known.workspaces.map(({ workspaceRef }) => workspaceRef).toSorted())
    await hold(sql, ref);
  // What was opened in the meantime is committed before this, or waits for the end of the transaction.
  await sql.query("select 1 from workspaces where organisation_id = $1 order by id for update", [
    leaves,
  ]);
  const organisation = await loadOrganisation(sql, leaves);
  return { organisation, installations: await loadInstallations(sql, leaves) };
}

const InstallationRow = z.object({
  workspaceId: WorkspaceId,
  enterpriseId: z.string().nullable(),
  isOrgWide: z.boolean(),
  appId: z.string(),
  botUserId: z.string(),
  scopes: z.array(z.string()),
  installedAt: Instant,
  removedAt: Instant.nullable(),
  installer: z.string(),
});

async function loadInstallations(
  sql: Sql,
  organisation: OrganisationId,
): Promise<ReadonlyMap<WorkspaceId, Installation>> {
  const { rows } = await sql.query(
    `select workspace_id as "workspaceId", enterprise_id as "enterpriseId",
       is_org_wide as "isOrgWide", app_id as "appId", bot_user_id as "botUserId", scopes,
       instant(installed_at) as "installedAt", instant(removed_at) as "removedAt",
       installed_by as installer
     from slack_installations where organisation_id = $1`,
    [organisation],
  );
  const found = z.array(InstallationRow).parse(rows);
  return new Map(found.map(({ workspaceId, ...installation }) => [workspaceId, installation]));
}

type PutDown = (to: OrganisationId) => Promise<void>;

async function takeTokens(
  sql: Sql,
  leaves: OrganisationId,
  bearer: TokenBearer | null,
): Promise<PutDown | Refusal> {
  const { rows } = await sql.query(
    `select w.ref from slack_tokens t join workspaces w on w.id = t.workspace_id
     where t.organisation_id = $1 order by w.ref limit 1`,
    [leaves],
  );
  const [first] = z.array(z.object({ ref: z.string() })).parse(rows);
  if (!first) return async () => undefined;
  const taken = bearer ? await bearer.take(sql, leaves) : { unreadable: first.ref };
  if (typeof taken === "function") return taken;
  return { refused: "join_token_stays", workspaceRef: taken.unreadable };
}

/** What waits is for people who are reached as others from now on, and messages of before are edited no more. */
async function forgetDeliveries(sql: Sql, leaves: OrganisationId): Promise<void> {
  await sql.query(
    `update outbox set state = 'dropped', settled_at = now()
     where organisation_id = $1 and state in ('waiting', 'dead')`,
    [leaves],
  );
  await sql.query("delete from living_messages where organisation_id = $1", [leaves]);
}

/** How many were moved into the organisation that stays. */
async function moveWorkspaces(
  sql: Sql,
  {
    stays,
    codeHash,
    now,
  }: { readonly stays: string; readonly codeHash: Sha256; readonly now: Instant },
): Promise<number> {
  const { rows } = await sql.query(
    "select organisation_id as id from move_workspaces($1, $2) where organisation_id = $3",
    [codeHash, now, stays],
  );
  return rows.length;
}
