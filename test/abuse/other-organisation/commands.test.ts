/** Two organizations in one installation: whatever one names of the other's is answered like what does not exist. */
import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { converse } from "../../../src/app/conversation/converse.ts";
import { isReading } from "../../../src/app/conversation/kinds.ts";
import type { Place } from "../../../src/app/ports.ts";
import { Command } from "../../../src/domain/command.ts";
import { OrganisationId, WorkspaceId } from "../../../src/domain/ids.ts";
import type { Identity } from "../../../src/domain/people/person.ts";
import { openClinic, requested } from "../../scenarios/openings.ts";
import { errorsIn, openGround } from "../ground.ts";
import { EVERY_COMMAND, type Ids } from "./every-command.ts";

const ground = await openGround();

/** One organization with real rows, and an administrator and a signer of it. */
interface Party {
  readonly organisation: OrganisationId;
  readonly ids: Ids;
  readonly manager: Identity;
  readonly signer: Identity;
  readonly channel: Place;
}
const parties = new Map<string, Party>();
const party = (name: string): Party => {
  const found = parties.get(name);
  if (!found) throw new Error(`there is no ${name}`);
  return found;
};

beforeAll(async () => {
  const { web, slack, database } = ground();
  await requested(web, "ours");
  await requested(slack, "theirs");
  // What is empty here would make the comparison weak.
  for (const [stage, channel] of [
    [web, "ours-too"],
    [slack, "theirs-too"],
  ] as const) {
    await openClinic(stage, channel);
  }
  for (const [surface, ref, customer] of [
    ["web", "local", "Clinic ours"],
    ["slack", null, "Clinic theirs"],
  ] as const) {
    const [row] = await database.asOwner(
      `select m.organisation_id, m.id as migration, r.requirement, r.id as request,
         r.content_hash as content, e.id as evidence, s.id as "signOff", w.id as workspace, w.ref,
         c.channel_id as channel,
         (select i.user_id from identities i join people p on p.id = i.person_id
          where p.organisation_id = m.organisation_id and p.name = 'Marcus Bell') as manager,
         (select i.user_id from identities i join people p on p.id = i.person_id
          where p.organisation_id = m.organisation_id and p.name = 'Priya Nair') as signer,
         (select p.id from people p
          where p.organisation_id = m.organisation_id and p.name = 'Priya Nair') as person
       from migrations m join sign_off_requests r on r.migration_id = m.id and r.ended is null
         join evidence e on e.migration_id = m.id join sign_offs s on s.migration_id = m.id
         join migration_channels c on c.migration_id = m.id join workspaces w on w.id = c.workspace_id
       where m.customer = $1 and w.surface = $2 and ($3::text is null or w.ref = $3)`,
      [customer, surface, ref],
    );
    const workspaceId = WorkspaceId.parse(row?.workspace);
    const who = (userId: string): Identity => ({
      surface,
      workspaceId,
      workspaceRef: row?.ref,
      userId,
    });
    parties.set(surface, {
      organisation: OrganisationId.parse(row?.organisation_id),
      ids: { ...pick(row), user: row?.signer },
      manager: who(row?.manager),
      signer: who(row?.signer),
      channel: { kind: "channel", channel: { surface, workspaceId, channelId: row?.channel } },
    });
  }
}, 120_000);

function pick(row: Record<string, string> | undefined): Omit<Ids, "user"> {
  const { migration, requirement, request, evidence, signOff, person, workspace, content } =
    row ?? {};
  const ids = { migration, requirement, request, evidence, signOff, person, workspace, content };
  for (const [name, id] of Object.entries(ids)) if (!id) throw new Error(`there is no ${name}`);
  return ids as Omit<Ids, "user">;
}

/** Ids of the right form that nobody has. */
function unknownIds(like: Pick<Ids, "requirement">): Ids {
  return {
    migration: randomUUID(),
    requirement: like.requirement,
    request: randomUUID(),
    evidence: randomUUID(),
    signOff: randomUUID(),
    person: randomUUID(),
    user: `U${randomBytes(4).toString("hex").toUpperCase()}`,
    workspace: randomUUID(),
    content: randomBytes(32).toString("hex"),
  };
}

type Sums = Readonly<Record<string, string>>;

/** What a command may write of its own organization although it was refused: its note, its event, a try of a code. */
const isBookkeeping = (table: string) =>
  table.startsWith("ledger_") || table === "inbound_events" || table === "link_tries";

let statement = "";
async function prepareStatement(): Promise<string> {
  const tables = await ground().database.asOwner(
    `select c.relname as name, exists (select from pg_attribute s
       where s.attrelid = c.oid and s.attname = 'last_seen_at') as "isSeen"
     from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'cleargate'::regnamespace and c.relkind = 'r'
       and a.attname = 'organisation_id' and not a.attisdropped`,
  );
  const sums = tables.map(({ name, isSeen }) => {
    const row = isSeen ? "(to_jsonb(t) - 'last_seen_at')::text" : "t::text";
    return `select '${name}' as name, organisation_id as id,
      count(*) || ' ' || md5(string_agg(${row}, '|' order by ${row})) as sum
      from ${name} t group by organisation_id`;
  });
  return sums.join(" union all ");
}

/** One sum for each table of either organization; without what merely being seen changes. */
async function takeSums(writer: Party | null): Promise<Sums> {
  statement ||= await prepareStatement();
  const rows = await ground().database.asOwner(statement);
  const counted = rows.filter(
    ({ name, id }) => !(id === writer?.organisation && isBookkeeping(name)),
  );
  return Object.fromEntries(counted.map(({ name, id, sum }) => [`${name} of ${id}`, sum]));
}

/** Until the loops have nothing to do for either organization. */
async function quiet(): Promise<void> {
  for (let before = await takeSums(null), round = 0; ; round += 1) {
    await sleep(1200);
    const after = await takeSums(null);
    if (JSON.stringify(after) === JSON.stringify(before)) return;
    if (round > 20) throw new Error("the loops do not come to rest");
    before = after;
  }
}

/** How often a command of the organization was noted as refused. */
async function notesOf({ organisation }: Party): Promise<ReadonlyMap<string, number>> {
  const rows = await ground().database.asOwner(
    `select entry::jsonb ->> 'command' as command, count(*)::int as count
     from (select organisation_id, entry from ledger_staging
       union all select organisation_id, entry from ledger_entries) as entries
     where organisation_id = $1 and entry::jsonb ->> 'type' = 'CommandRefused' group by 1`,
    [organisation],
  );
  return new Map(rows.map(({ command, count }) => [String(command), Number(count)]));
}

/** What the person is answered, with every id that was sent taken out. */
async function say(who: Identity, place: Place, type: string, ids: Ids): Promise<string> {
  const { fields = {}, values = {} } = EVERY_COMMAND[type]?.(ids) ?? {};
  // So many at once that most would be counted in one entry.
  const { refusals: _, ...deps } = ground().slack.running.core.deps;
  const reply = await converse(deps, {
    identity: who,
    place,
    command: Command.parse({ type, ...fields }),
    values,
    eventKey: randomUUID(),
    correlationId: randomUUID(),
  });
  const named = [...Object.values(ids), place.channel?.channelId ?? ""].filter(
    (id) => id.length >= 8,
  );
  const text = named.reduce((said, id) => said.replaceAll(id, "<id>"), JSON.stringify(reply));
  // The doctor counts seconds and what waits; a ledger grows by the notes of this very test.
  return type === "RunDoctor" || type === "VerifyLedger"
    ? text.replace(/\d+|[0-9a-f]{64}/g, "0")
    : text;
}

/** A channel that nobody knows. */
function elsewhere({ channel }: Party): Place {
  if (!channel.channel) throw new Error("there is no channel");
  const workspaceId = WorkspaceId.parse(randomUUID());
  return { kind: "channel", channel: { ...channel.channel, workspaceId, channelId: "C0NOWHERE" } };
}

const TYPES = Command.options.map(({ shape }) => shape.type.value);
const NO_IDS = unknownIds({ requirement: "audit_logging_enabled" });
const reads = (type: string) =>
  isReading(Command.parse({ type, ...EVERY_COMMAND[type]?.(NO_IDS).fields }).type);
const names = (type: string, id: keyof Ids) => {
  const sent = { ...NO_IDS, [id]: "NAMED" };
  return JSON.stringify(EVERY_COMMAND[type]?.(sent) ?? {}).includes("NAMED");
};
const NOT_FOUND = "I cannot find that migration in this workspace.";
/** The first shows the organization's own people and looks for no migration; the second judges the form before. */
const SAYS_SOMETHING_ELSE = ["ShowPeople", "SaveAnswers"];

test("every command has a row", () => {
  expect(TYPES.filter((type) => EVERY_COMMAND[type] === undefined)).toEqual([]);
});

describe.each([
  ["web", "slack", "Clinic theirs"],
  ["slack", "web", "Clinic ours"],
])("somebody on %s who names what belongs to %s", (ourName, theirName, customer) => {
  let sums: Sums = {};
  let notes: ReadonlyMap<string, number> = new Map();
  const nothingChanged = async () => {
    const before = sums;
    sums = await takeSums(party(ourName));
    expect(sums).toEqual(before);
  };
  beforeAll(async () => {
    await quiet();
    sums = await takeSums(party(ourName));
    notes = await notesOf(party(ourName));
  });

  test.each(TYPES)(
    "with %s hears what an unknown id is told, and changes nothing",
    async (type) => {
      const [ours, theirs] = [party(ourName), party(theirName)];
      // Codes of another kind, typed before, do not make this one wait.
      await ground().database.asOwner("delete from link_tries");

      const told = await say(ours.manager, theirs.channel, type, theirs.ids);
      const unknown = await say(ours.manager, elsewhere(theirs), type, unknownIds(theirs.ids));

      expect(told).toBe(unknown);
      const isSought = names(type, "migration") && !SAYS_SOMETHING_ELSE.includes(type);
      if (isSought) expect(told).toContain(NOT_FOUND);
      expect(told).not.toContain(customer);
      await nothingChanged();
    },
  );

  const about = (["request", "evidence", "signOff", "person", "user"] as const).flatMap((id) =>
    TYPES.filter((type) => names(type, id)).map((type) => [type, id] as const),
  );
  test.each(about)(
    "with %s and that %s on a migration of their own is no nearer",
    async (type, id) => {
      const [ours, theirs] = [party(ourName), party(theirName)];
      const { migration, requirement } = ours.ids;
      const nobody = unknownIds(ours.ids);
      const own = { ...nobody, migration, requirement };

      const told = await say(ours.signer, ours.channel, type, { ...own, [id]: theirs.ids[id] });
      const unknown = await say(ours.signer, ours.channel, type, { ...own, [id]: nobody[id] });

      expect(told).toBe(unknown);
      await nothingChanged();
    },
  );

  test("leaves a note of each refusal", async () => {
    const now = await notesOf(party(ourName));
    // People are shown without a look at the migration.
    const sought = TYPES.filter((type) => names(type, "migration") && type !== "ShowPeople");

    expect(sought.length).toBeGreaterThan(45);
    for (const type of sought) {
      const least = (notes.get(type) ?? 0) + 2;
      expect([type, now.get(type) ?? 0]).toEqual([type, Math.max(now.get(type) ?? 0, least)]);
    }
  });
});

test("the ids are real: to their owners they are known", async () => {
  const theirs = party("slack");
  const types = TYPES.filter((type) => names(type, "migration") && reads(type));

  expect(types.length).toBeGreaterThan(5);
  for (const type of types) {
    const own = await say(theirs.manager, theirs.channel, type, theirs.ids);
    expect(own, type).not.toContain(NOT_FOUND);
  }
});

test("none of it failed inside", () => {
  expect(errorsIn(ground())).toEqual([]);
});
