/** Whoever is refused while many work finds it in the ledger; the check finds it where the ledger keeps silent. */
import { randomUUID } from "node:crypto";
import { afterAll, expect, it, vi } from "vitest";
import { LOGGING, readyToSign } from "../scenarios/openings.ts";
import { openWebStage, WEB_CAST, type WebStage } from "../scenarios/web-stage.ts";
import { createDatabase } from "../support/database.ts";
import { formCommand, migrationOf, untilDelivered } from "./deeds.ts";
import { judge } from "./history.ts";
import { times } from "./scale.ts";
import {
  type Clients,
  findBroken,
  type Prepared,
  prepareWork,
  readStored,
  startClients,
  untilSealed,
} from "./workload.ts";

const database = await createDatabase();
const { ownerUrl, asOwner } = database;
const REASONS = ["role_needed", "not_a_member", "out_of_date", "already_signed"];
const MANY = times(5);

let stage: WebStage | undefined;
afterAll(() => stage?.stop());

/** People work, and some of them are refused. */
async function work({ running }: WebStage, prepared: Prepared): Promise<Clients> {
  const clients = startClients({ origin: () => running.url }, prepared);
  const enough = () => reasonsOf(clients).size === REASONS.length && clients.refused.length > MANY;
  await vi.waitUntil(enough, { timeout: times(20_000) });
  await clients.finish();
  await untilDelivered(database);
  await untilSealed(database);
  return clients;
}

/** A requirement of another clinic that is complete, and signed by nobody yet. */
async function prepareWaiting(at: WebStage): Promise<NonNullable<Prepared["waiting"]>> {
  const channel = "waiting";
  await readyToSign(at, channel);
  const migration = await migrationOf(database, channel);
  const review = { type: "ReviewSignOff", migration, requirement: LOGGING.requirement };
  const asked = { as: WEB_CAST.compliance, channel, command: review, eventId: randomUUID() };
  return { channel, command: await formCommand(at.running.url, asked) };
}

const reasonsOf = ({ refused }: Clients) => new Set(refused.map((mark) => mark.split(" ")[0]));

it("every refusal that somebody was told stands in the ledger, and is missed where it does not", {
  timeout: times(60_000),
}, async () => {
  const { clinic, shops } = await prepareWork(ownerUrl, database, 2);
  const opened = await openWebStage(ownerUrl);
  stage = opened;
  const waiting = await prepareWaiting(opened);
  const first = await work(opened, { clinic, waiting, shops: shops.slice(0, 1) });
  const broken = await findBroken(first, database, ownerUrl);
  await asOwner(`create function hush() returns trigger language plpgsql as $$ begin
    if new.entry::jsonb ->> 'type' = 'CommandRefused' then return null; end if;
    return new; end $$`);
  await asOwner(`create trigger hush before insert on ledger_staging
    for each row execute function hush()`);
  const second = await work(opened, { clinic, waiting, shops: shops.slice(1) });

  expect(broken).toEqual([]);
  expect(judge(second, await readStored(database))).toEqual(
    expect.arrayContaining(
      second.refused.map((mark) => `${mark} was refused and no entry says so`),
    ),
  );
});
