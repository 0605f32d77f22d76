/** Where Cleargate may speak in Teams and by which id it knows people there, on Postgres. */
import { z } from "zod";
import type { TeamsMemory } from "../../chat/teams/ports.ts";
import { OrganisationId, type WorkspaceId } from "../../domain/ids.ts";
import { openPool, type Sql } from "../pool.ts";
import { inTransaction } from "../transaction.ts";

export interface TeamsMemoryOptions {
  /** The app's login; the schema is there already. */
  readonly appUrl: string;
  readonly clock: () => Date;
  readonly deadlineMs?: number;
}

export interface OpenedTeamsMemory extends TeamsMemory {
  close(): Promise<void>;
}

const DEADLINE_MS = 2_000;
const CONNECTIONS = 3;

const Owner = z.object({ organisation_id: OrganisationId, workspace_ref: z.string() });
const Conversation = z.object({
  conversationId: z.string(),
  kind: z.enum(["personal", "group", "channel"]),
  serviceUrl: z.string(),
  userId: z.string().nullable(),
});
const Account = z.object({
  userId: z.string(),
  accountId: z.string(),
  name: z.string(),
  conversationId: z.string(),
  serviceUrl: z.string(),
  timeZone: z.string().nullable(),
});

const CONVERSATION = `
  select conversation_id as "conversationId", kind, service_url as "serviceUrl", user_id as "userId"
  from teams_conversations where organisation_id = $1 and workspace_ref = $2`;
const ACCOUNT = `
  select user_id as "userId", account_id as "accountId", name, conversation_id as "conversationId",
    service_url as "serviceUrl", time_zone as "timeZone"
  from teams_accounts where organisation_id = $1 and workspace_ref = $2`;

/** Asks as the organisation that the workspace belongs to at this moment; null when it is not known. */
type Ask = <T>(
  workspace: WorkspaceId,
  work: (sql: Sql, whose: readonly [string, string]) => Promise<T>,
) => Promise<T | null>;

export function openTeamsMemory(options: TeamsMemoryOptions): OpenedTeamsMemory {
  const { appUrl, clock } = options;
  const deadlineMs = options.deadlineMs ?? DEADLINE_MS;
  const pool = openPool({ url: appUrl, name: "cleargate-teams", max: CONNECTIONS, deadlineMs });
  const ask: Ask = (workspace, work) =>
    inTransaction(pool, { begin: "begin", deadlineMs }, async (sql) => {
      const whose = await enter(sql, workspace);
      return whose && (await work(sql, whose));
    });
  return { ...reads(ask), ...writes(ask, clock), close: () => pool.end() };
}

async function enter(sql: Sql, workspace: WorkspaceId): Promise<readonly [string, string] | null> {
  const { rows } = await sql.query(
    "select organisation_id, workspace_ref from organisation_of_workspace_id($1)",
    [workspace],
  );
  const [owner] = z.array(Owner).parse(rows);
  if (!owner) return null;
  const { organisation_id: organisation, workspace_ref: ref } = owner;
  await sql.query("select set_config('cleargate.organisation', $1, true)", [organisation]);
  return [organisation, ref];
}

function reads(
  ask: Ask,
): Pick<TeamsMemory, "tenantOf" | "conversation" | "personal" | "account" | "accounts"> {
  return {
    tenantOf: (workspace) => ask(workspace, async (_sql, [, ref]) => ref),
    conversation: (workspace, id) =>
      ask(workspace, async (sql, whose) => {
        const query = `${CONVERSATION} and conversation_id = $3`;
        return first(Conversation, await sql.query(query, [...whose, id]));
      }),
    personal: (workspace, userId) =>
      ask(workspace, async (sql, whose) => {
        const query = `${CONVERSATION} and kind = 'personal' and user_id = $3
          order by seen_at desc limit 1`;
        return first(Conversation, await sql.query(query, [...whose, userId]));
      }),
    account: (workspace, userId) =>
      ask(workspace, async (sql, whose) => {
        return first(Account, await sql.query(`${ACCOUNT} and user_id = $3`, [...whose, userId]));
      }),
    accounts: async (workspace, limit) => {
      const query = `${ACCOUNT} order by seen_at desc, user_id limit $3`;
      const found = await ask(workspace, async (sql, whose) => {
        const { rows } = await sql.query(query, [...whose, limit]);
        return z.array(Account).parse(rows);
      });
      return found ?? [];
    },
  };
}

function first<T>(shape: z.ZodType<T>, { rows }: { readonly rows: readonly unknown[] }): T | null {
  return rows.length === 0 ? null : shape.parse(rows[0]);
}

function writes(
  ask: Ask,
  clock: () => Date,
): Pick<TeamsMemory, "noteConversation" | "noteAccount" | "forget"> {
  return {
    async noteConversation(workspace, { conversationId, kind, serviceUrl, userId }) {
      await ask(workspace, (sql, whose) =>
        sql.query(
          `insert into teams_conversations
             (organisation_id, workspace_ref, conversation_id, kind, service_url, user_id, seen_at)
           values ($1, $2, $3, $4, $5, $6, $7)
           on conflict on constraint teams_conversations_twice do update
             set service_url = excluded.service_url, kind = excluded.kind,
               user_id = excluded.user_id, seen_at = excluded.seen_at`,
          [...whose, conversationId, kind, serviceUrl, userId, clock()],
        ),
      );
    },
    async noteAccount(workspace, account, seenIn) {
      const { userId, accountId, name, conversationId, serviceUrl, timeZone } = account;
      await ask(workspace, (sql, whose) =>
        sql.query(
          `insert into teams_accounts as known
             (organisation_id, workspace_ref, user_id, account_id, name, conversation_id,
               service_url, time_zone, seen_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           on conflict on constraint teams_accounts_twice do update
             set account_id = excluded.account_id, name = excluded.name,
               conversation_id = case when $10 then known.conversation_id
                 else excluded.conversation_id end,
               service_url = excluded.service_url,
               time_zone = coalesce(excluded.time_zone, known.time_zone), seen_at = excluded.seen_at`,
          [
            ...[...whose, userId, accountId, name, conversationId, serviceUrl, timeZone, clock()],
            seenIn === "personal",
          ],
        ),
      );
    },
    async forget(workspace, conversationId) {
      await ask(workspace, (sql, whose) =>
        sql.query(
          `delete from teams_conversations
           where organisation_id = $1 and workspace_ref = $2 and conversation_id = $3`,
          [...whose, conversationId],
        ),
      );
    },
  };
}
