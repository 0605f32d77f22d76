/** Slack workspaces that installed the app themselves, on Postgres; each token is sealed for its row. */
import { z } from "zod";
import type { Finding, Log } from "../../app/ports.ts";
import type { Installed, SlackInstallations } from "../../chat/slack/install/ports.ts";
import type { InstallationFact, RecordedFact } from "../../domain/facts.ts";
import { instantOf, type OrganisationId, type WorkspaceId } from "../../domain/ids.ts";
import type { KeyService } from "../encryption/key-service.ts";
import { openPool, type Sql } from "../pool.ts";
import { recordFacts } from "../projectors/project.ts";
import type { TokenBearer } from "../tenancy/join.ts";
import { inTransaction } from "../transaction.ts";
import { type KeyFileOptions, openKeys } from "./keys.ts";
import { enterOrganisation, find, type Linked, linkWorkspace } from "./link-workspace.ts";
import { InstalledRow, StartedRow } from "./rows.ts";
import { readKeyUse, readToken, rewrapToken, takeTokens, writeToken } from "./tokens.ts";

export interface SlackInstallationsOptions {
  /** The app's login; the schema is there already. */
  readonly appUrl: string;
  readonly keyFile: KeyFileOptions;
  readonly clock: () => Date;
  readonly log: Log;
  readonly deadlineMs?: number;
}

export interface OpenedSlackInstallations extends SlackInstallations {
  /** For `doctor`: which keys are in use. */
  examine(): Promise<readonly Finding[]>;
  /** Takes tokens along when their workspaces join another organisation. */
  readonly bearer: TokenBearer;
  close(): Promise<void>;
}

const DEADLINE_MS = 2_200;
const CONNECTIONS = 3;
const UNDER_WAY_MAX = 10_000;

type Ask = <T>(work: (sql: Sql) => Promise<T>) => Promise<T>;

interface Opening {
  readonly ask: Ask;
  readonly keys: KeyService;
  readonly clock: () => Date;
}

/** Opens what is installed, with every token under the newest key; or says in one sentence why it cannot. */
export async function openSlackInstallations(
  options: SlackInstallationsOptions,
): Promise<OpenedSlackInstallations | { readonly problem: string }> {
  const { clock, log } = options;
  const deadlineMs = options.deadlineMs ?? DEADLINE_MS;
  const pool = openPool({
    url: options.appUrl,
    name: "cleargate-installations",
    max: CONNECTIONS,
    deadlineMs,
  });
  const ask: Ask = (work) => inTransaction(pool, { begin: "begin", deadlineMs }, work);
  try {
    const keys = openKeys(options.keyFile, await ask(readKeyUse), clock());
    if ("problem" in keys) {
      await pool.end();
      return keys;
    }
    const opening = { ask, keys, clock };
    await takeOver(opening, log);
    return {
      ...serve(opening),
      examine: () => examineKeys(opening),
      bearer: { take: (sql, from) => takeTokens(sql, keys, from) },
      close: () => pool.end(),
    };
  } catch (error) {
    await pool.end();
    throw error;
  }
}

function serve(opening: Opening): SlackInstallations {
  const { ask, clock } = opening;
  return {
    start: (started, now) =>
      ask(async (sql) => {
        // Those of a clock that was set back since would be kept until it is where it was.
        await sql.query(
          `delete from slack_install_states
           where expires_at <= $1 or expires_at > $2::timestamptz + interval '1 day'`,
          [now, started.expiresAt],
        );
        const { rows } = await sql.query(
          `insert into slack_install_states (state_hash, browser_hash, expires_at)
           select $1, $2, $3 where (select count(*) from slack_install_states) < $4 returning 1`,
          [started.stateHash, started.browserHash, started.expiresAt, UNDER_WAY_MAX],
        );
        return rows.length > 0;
      }),
    take: (stateHash) =>
      ask(async (sql) => {
        const { rows } = await sql.query(
          `delete from slack_install_states where state_hash = $1
           returning state_hash, browser_hash, instant(expires_at) as expires_at`,
          [stateHash],
        );
        return z.array(StartedRow).parse(rows)[0] ?? null;
      }),
    refs: async () => (await ask(readKeyUse)).map(({ workspaceRef }) => workspaceRef).sort(),
    appIds: () =>
      ask(async (sql) => {
        const { rows } = await sql.query("select app_id from slack_app_ids() order by app_id");
        const ids = z.array(z.object({ app_id: z.string() }));
        return ids.parse(rows).map(({ app_id: id }) => id);
      }),
    install: (installation) => ask((sql) => install(sql, opening, installation)),
    ofRef: (ref) => ask((sql) => load(sql, opening.keys, ref)),
    ofWorkspace: (id) =>
      ask(async (sql) => {
        const ref = await refOf(sql, id);
        return ref === null ? null : load(sql, opening.keys, ref);
      }),
    remove: (removal) => ask((sql) => remove(sql, clock(), removal)),
  };
}

async function install(
  sql: Sql,
  { keys, clock }: Opening,
  given: Parameters<SlackInstallations["install"]>[0],
): Promise<void> {
  const { workspaceRef: ref, enterpriseId } = given;
  const at = await linkWorkspace(sql, { ref, enterpriseId }, clock());
  await record(sql, at.organisationId, given.installedAt, {
    type: "WorkspaceInstalled",
    workspaceId: at.workspaceId,
    surface: "slack",
    workspaceRef: ref,
    enterpriseId,
    isOrgWide: given.isOrgWide,
    appId: given.appId,
    botUserId: given.botUserId,
    scopes: given.scopes,
    personal: given.installer,
  });
  await writeToken(sql, keys, at, given.botToken);
}

async function record(
  sql: Sql,
  organisationId: OrganisationId,
  at: RecordedFact["at"],
  fact: InstallationFact,
): Promise<void> {
  const context = { organisationId, grown: new Set<never>() };
  await recordFacts(sql, context, [{ organisationId, actor: null, at, fact }]);
}

async function load(sql: Sql, keys: KeyService, ref: string): Promise<Installed | null> {
  const at = await enter(sql, ref);
  if (!at) return null;
  const { rows } = await sql.query(
    `select i.app_id, i.enterprise_id, i.is_org_wide, i.bot_user_id,
       instant(i.installed_at) as installed_at,
       t.key_id, t.wrapped_key, t.key_version, t.bot_token
     from slack_installations i
     join slack_tokens t using (organisation_id, workspace_id)
     where organisation_id = $1 and workspace_id = $2 and i.removed_at is null`,
    [at.organisationId, at.workspaceId],
  );
  const [row] = rows;
  if (row === undefined) return null;
  const botToken = await readToken(keys, at, row);
  return { ...at, workspaceRef: ref, ...InstalledRow.parse(row), botToken };
}

/** Only ids are known of a workspace before its organisation is entered. */
async function enter(sql: Sql, ref: string): Promise<Linked | null> {
  const at = await find(sql, ref);
  if (at) await enterOrganisation(sql, at.organisationId);
  return at;
}

async function refOf(sql: Sql, id: WorkspaceId): Promise<string | null> {
  const { rows } = await sql.query("select workspace_ref from organisation_of_workspace_id($1)", [
    id,
  ]);
  const refs = z.array(z.object({ workspace_ref: z.string() })).parse(rows);
  return refs[0]?.workspace_ref ?? null;
}

async function remove(
  sql: Sql,
  now: Date,
  { workspaceRef, why, notAfter }: Parameters<SlackInstallations["remove"]>[0],
): Promise<boolean> {
  const at = await enter(sql, workspaceRef);
  if (!at) return false;
  const { rows } = await sql.query(
    `delete from slack_tokens using slack_installations i
     where slack_tokens.organisation_id = $1 and slack_tokens.workspace_id = $2
       and i.organisation_id = $1 and i.workspace_id = $2 and i.installed_at <= $3
     returning 1`,
    [at.organisationId, at.workspaceId, notAfter],
  );
  if (rows.length === 0) return false;
  const { workspaceId } = at;
  await record(sql, at.organisationId, instantOf(now), {
    type: "WorkspaceUninstalled",
    workspaceId,
    surface: "slack",
    workspaceRef,
    why,
  });
  return true;
}

/** Puts every token under the newest key, one transaction each. */
async function takeOver({ ask, keys }: Opening, log: Log): Promise<void> {
  const old = (await ask(readKeyUse)).filter(({ keyId }) => keyId !== keys.currentKeyId);
  for (const at of old) {
    await ask(async (sql) => {
      await enterOrganisation(sql, at.organisationId);
      await rewrapToken(sql, keys, at);
    });
  }
  const removable = keys.keyIds.filter((id) => id !== keys.currentKeyId);
  if (old.length > 0)
    log.info("encryption_key_rotated", { rewrapped: old.length, current: keys.currentKeyId });
  if (removable.length > 0) log.info("encryption_keys_unused", { removable });
}

async function examineKeys({ ask, keys }: Opening): Promise<readonly Finding[]> {
  const check = "encryption_keys";
  const use = await ask(readKeyUse);
  const foreign = use.filter(({ keyId }) => keyId !== keys.currentKeyId);
  if (foreign.length > 0)
    return [
      {
        check,
        ok: false,
        says: `Tokens of Slack workspaces are under a key that is not the newest (${foreign.length}).`,
        fix: "Give every host the same key file, then start Cleargate again.",
      },
    ];
  const older = keys.keyIds.filter((id) => id !== keys.currentKeyId);
  const held = `Every Slack token is under the newest key (${use.length}).`;
  if (older.length === 0) return [{ check, ok: true, says: held }];
  const unused = `No token is under ${older.join(", ")} any more: remove it once no backup from before is needed.`;
  return [{ check, ok: true, says: `${held} ${unused}` }];
}
