/** The whole product on both surfaces with one database, and what tests of bad input look at afterwards. */
import { randomUUID } from "node:crypto";
import { Writable } from "node:stream";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { createLog } from "../../src/log.ts";
import { parcel } from "../scenarios/fill-form.ts";
import { openSlackStage, type SlackStage } from "../scenarios/slack-stage.ts";
import { type WebStage, webStageOn } from "../scenarios/web-stage.ts";
import { createDatabase, type TestStore } from "../support/database.ts";
import { httpDoor } from "../support/slack/driver/door.ts";
import type { GivenFile } from "../support/slack/driver/fill.ts";
import { type SlackPerson, slackPerson } from "../support/slack/driver/person.ts";

export interface Ground {
  readonly slack: SlackStage;
  readonly web: WebStage;
  readonly database: Omit<TestStore, "store">;
  /** Every line that the product has logged. */
  readonly logged: () => string;
}

/** Serves both surfaces for a test file, and fails a test in which anything was thrown and not caught. */
export async function openGround(): Promise<() => Ground> {
  const database = await createDatabase();
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const stray: unknown[] = [];
  const keep = (error: unknown): void => {
    stray.push(error);
  };
  let ground: Ground | null = null;
  beforeAll(async () => {
    process.on("unhandledRejection", keep);
    const log = createLog("debug", destination);
    const slack = await openSlackStage(database.ownerUrl, "http", { webChat: true, log });
    const web = await webStageOn(slack.running);
    ground = { slack, web, database, logged: () => lines.join("") };
  }, 120_000);
  afterEach(() => {
    expect(stray, "nothing was thrown and not caught").toEqual([]);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });
  afterAll(async () => {
    await ground?.slack.stop();
    process.off("unhandledRejection", keep);
  });
  return () => {
    if (!ground) throw new Error("the product is not served yet");
    return ground;
  };
}

/** Errors are bugs of ours, whatever was sent. */
export function errorsIn({ logged }: Ground): readonly string[] {
  return logged()
    .split("\n")
    .filter((line) => line.includes('"level":"ERROR"'));
}

/** What people's deeds change. Deliveries, chats and notes of refusals are counted apart. */
const BUSINESS = [
  "role_grants",
  "migrations",
  "migration_channels",
  "migration_detections",
  "migration_definitions",
  "contacts",
  "requirement_items",
  "answers",
  "evidence",
  "attestations",
  "sign_off_requests",
  "sign_offs",
  "signing_tokens",
] as const;

/** How every business table and the state-changing ledger stand, to compare before and after. */
export async function countRows({ database }: Ground): Promise<Readonly<Record<string, unknown>>> {
  const counts = BUSINESS.map(
    (table) =>
      `(select count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '')
        from ${table} t) as ${table}`,
  );
  const [row] = await database.asOwner(
    `select ${counts.join(", ")}, (select count(*) from outbox) as outbox,
       (select count(*) from ledger_staging where changes_state and entry not like
        '%"type":"PersonRecognised"%')
       + (select count(*) from ledger_entries where changes_state and entry not like
        '%"type":"PersonRecognised"%') as changes`,
  );
  return row ?? {};
}

/** The codes with which commands were refused so far, oldest first. */
export async function refusedSoFar({ database }: Ground): Promise<readonly string[]> {
  const rows = await database.asOwner(
    `select entry::jsonb ->> 'command' as command, entry::jsonb ->> 'code' as code
     from (select entry, entry::jsonb ->> 'at' as at from ledger_staging
           union all select entry, entry::jsonb ->> 'at' from ledger_entries) as entries
     where entry like '%"type":"CommandRefused"%' order by at`,
  );
  return rows.map(({ command, code }) => `${command} ${code}`);
}

/** Every column of text or JSON in which one of the strings stands. */
export async function findInDatabase(
  { database }: Ground,
  planted: readonly string[],
): Promise<readonly string[]> {
  const columns = await database.asOwner(
    `select table_schema || '.' || table_name as relation, column_name as name
     from information_schema.columns
     where table_schema not in ('pg_catalog', 'information_schema')
       and (data_type in ('text', 'jsonb', 'json', 'character varying', 'ARRAY', 'bytea'))`,
  );
  const checks = columns.map(
    ({ relation, name }) =>
      `select '${relation}.${name}' as place from ${relation}
       where case when pg_typeof("${name}")::text = 'bytea'
                  then encode("${name}"::text::bytea, 'escape') else "${name}"::text end
             like any ($1) limit 1`,
  );
  const found = await database.asOwner(checks.map((check) => `(${check})`).join(" union all "), [
    planted.map((text) => `%${text}%`),
  ]);
  return found.map(({ place }) => String(place));
}

export interface WebAnswer {
  readonly status: number;
  readonly text: string;
}

/** Sends to the web chat what its page would never send. */
export async function sendToWeb({ slack }: Ground, path: string, body: object): Promise<WebAnswer> {
  const origin = slack.running.url;
  const response = await fetch(`${origin}/chat/api/${path}`, {
    method: "POST",
    headers: { origin, "x-cleargate-chat": "1", "content-type": "application/json" },
    body: JSON.stringify({ as: "amara", eventId: randomUUID(), ...body }),
  });
  return { status: response.status, text: await response.text() };
}

/** Sends a form with files to the web chat. */
export async function bringToWeb(
  { slack }: Ground,
  body: object,
  files: readonly { readonly field: string; readonly file: GivenFile }[],
): Promise<WebAnswer> {
  const origin = slack.running.url;
  const response = await fetch(`${origin}/chat/api/bring`, {
    method: "POST",
    headers: {
      origin,
      "x-cleargate-chat": "1",
      "content-type": "application/vnd.cleargate.upload",
    },
    body: parcel({ as: "amara", eventId: randomUUID(), ...body }, files),
  });
  return { status: response.status, text: await response.text() };
}

/** A person in Slack whose payloads can be changed before they are sent. */
export function slackUser({ slack }: Ground, user: string, channel?: string): SlackPerson {
  const door = httpDoor(slack.slack, `${slack.running.url}/slack/events`);
  return slackPerson({ slack: slack.slack, door, user, ...(channel ? { channel } : {}) });
}

export function slackDoor({ slack }: Ground) {
  return httpDoor(slack.slack, `${slack.running.url}/slack/events`);
}

/** The channel's id in the stand-in. */
export function channelNamed({ slack }: Ground, name: string): string {
  const channel = [...slack.slack.world.channels.values()].find((one) => one.name === name);
  if (!channel) throw new Error(`there is no #${name}`);
  return channel.id;
}

/** The id of the migration whose customer is named. */
export async function migrationOf({ database }: Ground, customer: string): Promise<string> {
  const [row] = await database.asOwner("select id from migrations where customer = $1", [customer]);
  return String(row?.id);
}
