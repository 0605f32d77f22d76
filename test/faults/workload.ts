/** People at work while something breaks: what each was told, and what the database has in the end. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { openStore } from "../../src/store/open-store.ts";
import { confirm, day, openClinic, start } from "../scenarios/openings.ts";
import { openWebStage, WEB_CAST } from "../scenarios/web-stage.ts";
import { migrationsDir, type TestStore } from "../support/database.ts";
import { act, type Deed, formCommand, migrationOf, untilDelivered } from "./deeds.ts";
import { type History, judge, type Stored } from "./history.ts";
import { findUnsound } from "./invariants.ts";
import {
  byGuest,
  onceMore,
  outOfDate,
  type Refused,
  readRefusals,
  withoutRole,
} from "./refused.ts";

const PLAN = "breach_response_plan_signed";
const as = WEB_CAST.engineer;
/** Somebody who is refused reads why before the next attempt. */
const REFUSED_EVERY_MS = 100;

type Database = Pick<TestStore, "asOwner">;

export interface Marked extends Deed {
  readonly mark: string;
}

/** One migration to fill, and shops that pass gate 5 as soon as one person has signed one sentence. */
export interface Prepared {
  readonly clinic: string;
  readonly shops: readonly { readonly migration: string; readonly signature: Marked }[];
  /** What waits for somebody with a role. */
  readonly waiting?: Pick<Deed, "channel" | "command">;
}

export async function prepareWork(
  databaseUrl: string,
  database: Database,
  shopCount: number,
): Promise<Prepared> {
  const stage = await openWebStage(databaseUrl);
  try {
    await openClinic(stage, "clinic");
    const shops: Prepared["shops"][number][] = [];
    for (let n = 0; n < shopCount; n += 1) {
      const channel = `shop-${n}`;
      await stage.enter(channel);
      await start(stage.as("engineer"), { customer: `Shop ${n}`, industry: "retail" });
      await confirm(stage, { verticals: ["none"], signers: [] });
      const migration = await migrationOf(database, channel);
      const review = { type: "ReviewSignOff", migration, requirement: "vertical_confirmed" };
      const deed = { as, channel, command: review, eventId: randomUUID() };
      const command = await formCommand(stage.running.url, deed);
      const signature = { ...deed, command, eventId: randomUUID(), mark: `sign:${migration}` };
      shops.push({ migration, signature });
    }
    await untilDelivered(database);
    return { clinic: await migrationOf(database, "clinic"), shops };
  } finally {
    await stage.stop();
  }
}

export function evidence(migration: string, n: number): Marked {
  const mark = `https://proofs.example/page-${n}`;
  const command = { type: "SaveEvidence", migration, requirement: PLAN };
  const values = { slot: "irp_page", link: mark };
  return { as, channel: "clinic", command, values, eventId: randomUUID(), mark };
}

export function answer(migration: string, n: number): Marked {
  const mark = `Plan version ${n}`;
  const command = { type: "SaveAnswers", migration, requirement: PLAN, page: 0 };
  const values = {
    irp_version: mark,
    irp_date: day(-20),
    platform_named: "yes",
    provider_contact: "security@ucaas.example",
  };
  return { as, channel: "clinic", command, values, eventId: randomUUID(), mark };
}

/** One request that was not answered well. */
export interface Failure {
  readonly says: string;
  readonly afterMs: number;
  readonly at: number;
}

export interface Clients extends History {
  readonly failures: readonly Failure[];
  /** When each good answer came, by `performance.now()`. */
  readonly answeredAt: readonly number[];
  /** The stream ends, and everything under way is repeated until it is answered. */
  finish(): Promise<void>;
}

export interface ClientOptions {
  /** Where the next request goes. */
  readonly origin: () => string;
  /** A repeat comes under a new event, as if nobody had ever numbered what people do. */
  readonly forgetful?: boolean;
  readonly pauseMs?: number;
  /** Nothing piles up in the migration: what is stored replaces what was stored. */
  readonly steady?: boolean;
}

/** Sends a deed until it is answered. */
async function send(options: ClientOptions, deed: Deed, failures: Failure[]): Promise<string> {
  let asked = deed;
  for (;;) {
    const heard = await tryOnce(options, asked, failures);
    if (heard !== null) return heard;
    if (options.forgetful) asked = { ...deed, eventId: randomUUID() };
    await sleep(40);
  }
}

async function tryOnce(
  { origin }: ClientOptions,
  deed: Deed,
  failures: Failure[],
): Promise<string | null> {
  const began = performance.now();
  try {
    return await act(origin(), deed);
  } catch (error) {
    const says = sayWhy(error);
    const at = performance.now();
    failures.push({ says, afterMs: at - began, at });
    // What the product refused outright will not be mended by a repeat.
    if (/^4(?!29)\d\d:/.test(says)) throw error;
    return null;
  }
}

/** `fetch` says why it failed in the cause alone. */
function sayWhy(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

/** Each client sends a deed again, under the same event, until the answer arrives. */
export function startClients(options: ClientOptions, prepared: Prepared): Clients {
  const { clinic, shops, waiting } = prepared;
  const acked: string[] = [];
  const sent: string[] = [];
  const refused: string[] = [];
  const granted: string[] = [];
  const failures: Failure[] = [];
  const answeredAt: number[] = [];
  let isOver = false;

  const insist = async ({ as, channel, command, values = {}, eventId }: Deed): Promise<string> => {
    const heard = await send(options, { as, channel, command, values, eventId }, failures);
    answeredAt.push(performance.now());
    return heard;
  };

  async function doMarked(deed: Marked): Promise<void> {
    sent.push(deed.mark);
    await insist(deed);
    acked.push(deed.mark);
  }

  async function beRefused(deed: Refused): Promise<void> {
    sent.push(deed.mark);
    const heard = await insist(deed);
    if (heard.startsWith(deed.hears)) refused.push(deed.mark);
    else granted.push(`${deed.mark} (${heard})`);
  }

  async function repeatedly(work: (n: number) => Promise<unknown>): Promise<void> {
    for (let n = 0; !isOver; n += 1) {
      await work(n);
      if (options.pauseMs) await sleep(options.pauseMs);
    }
  }

  const askGate = (migration: string | undefined): Promise<string> =>
    insist({
      as,
      channel: "clinic",
      command: { type: "CheckGate", migration, stage: 5 },
      eventId: randomUUID(),
    });

  // Both verdicts stand in the ledger whatever the moments are: each gate is asked before and after its signature.
  async function sign(): Promise<void> {
    for (const { migration, signature } of shops) {
      await askGate(migration);
      await doMarked(signature);
      await beRefused(onceMore(signature));
      await askGate(migration);
      if (!isOver) await sleep(300);
    }
  }

  const loops = [
    ...(options.steady ? [] : [repeatedly((n) => doMarked(evidence(clinic, n)))]),
    repeatedly((n) => doMarked(answer(clinic, n))),
    repeatedly((n) => askGate(shops[n % shops.length]?.migration)),
    repeatedly(async (n) => {
      const { signature } = shops[n % shops.length] ?? {};
      if (signature) await beRefused(n % 2 === 0 ? byGuest(signature) : outOfDate(signature));
      if (waiting) await beRefused(withoutRole(waiting));
      await sleep(REFUSED_EVERY_MS);
    }),
    sign(),
  ];
  return {
    acked,
    sent,
    refused,
    granted,
    failures,
    answeredAt,
    finish: async () => {
      isOver = true;
      await Promise.all(loops);
    },
  };
}

export async function readStored(database: Database): Promise<Stored> {
  const { asOwner } = database;
  const marks = await asOwner(
    `select link as mark from evidence where link is not null
     union all select value #>> '{}' from answers where question = 'irp_version'
     union all select 'sign:' || migration_id from sign_offs
       where migration_id in (select migration_id from migration_channels where channel_id ~ '^shop')`,
  );
  const signatures = await asOwner(
    `select concat_ws(' ', migration_id, requirement, by_person, meaning) as signature
     from sign_offs where revoked is null`,
  );
  const entries = await asOwner(
    `select entry::jsonb ->> 'type' as type, migration_id as migration,
       jsonb_path_query_first(entry::jsonb, '$.**.verdict') #>> '{}' as verdict
     from ledger_entries where entry::jsonb ->> 'type' in ('SignOffRecorded', 'GateChecked')
     order by sequence`,
  );
  return {
    marks: marks.map(({ mark }) => String(mark)),
    signatures: signatures.map(({ signature }) => String(signature)),
    refusals: await readRefusals(database),
    entries: entries.map(({ type, migration, verdict }) => ({ type, migration, verdict })),
  };
}

export async function untilSealed({ asOwner }: Database, withinMs = 10_000): Promise<void> {
  const until = performance.now() + withinMs;
  while ((await asOwner("select id from ledger_staging limit 1")).length > 0) {
    if (performance.now() > until) throw new Error("entries still wait to be sealed");
    await sleep(50);
  }
}

/** Resolves when so many deeds more were acknowledged: the product serves. */
export async function untilMore(clients: Clients, count: number, withinMs = 30_000): Promise<void> {
  const goal = clients.acked.length + count;
  const until = performance.now() + withinMs;
  while (clients.acked.length < goal) {
    if (performance.now() > until) {
      throw new Error(`nothing is served: ${clients.failures.at(-1)?.says}`);
    }
    await sleep(10);
  }
}

/**
 * What is broken afterwards, one sentence each: what people were told beside what is stored; every ledger and its
 * checkpoints; and the tables beside what the ledger says.
 */
export async function findBroken(
  clients: History,
  database: Database,
  url: string,
): Promise<readonly string[]> {
  return [...judge(clients, await readStored(database)), ...(await findDamage(database, url))];
}

/** The part of it that needs nobody's memory. The product runs, and comes to rest. */
export async function findDamage(database: Database, url: string): Promise<readonly string[]> {
  // What is left unsealed is one of the things that are looked for.
  await untilSealed(database).catch(() => undefined);
  const broken = [...(await findUnsound(database, url))];
  const store = await openStore({ ownerUrl: url, appUrl: url, migrationsDir, deadlineMs: 15_000 });
  try {
    for (const organisation of await store.organisations()) {
      const verdict = await store.verifyLedger(organisation);
      if (!verdict.ok) broken.push(`entry ${verdict.firstBad}: ${verdict.why}`);
      const replay = await store.replay(organisation);
      if (!replay.ok) broken.push(`replayed: ${replay.why}`);
    }
  } finally {
    await store.close();
  }
  return broken;
}
