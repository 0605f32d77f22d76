/** The ceremony names who will hear of a signature; this compares it with the messages that leave. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { LOGGING, readyToSign } from "../../scenarios/openings.ts";
import type { Role } from "../../scenarios/talker.ts";
import { openWebStage, type WebStage } from "../../scenarios/web-stage.ts";
import { createDatabase } from "../../support/database.ts";

const database = await createDatabase();
const CHANNEL = "the migration's channel";
let stage: WebStage;

beforeAll(async () => {
  stage = await openWebStage(database.ownerUrl);
});
afterAll(async () => {
  await stage.stop();
});

async function newestMessage(): Promise<number> {
  const [row] = await database.asOwner("select coalesce(max(id), 0)::int as id from outbox");
  return Number(row?.id);
}

/** Whom messages went to after that one: names, and the channel once. A message that was only edited tells nobody. */
async function toldSince(message: number): Promise<readonly string[]> {
  const rows = await database.asOwner(
    `select distinct coalesce(p.name, $2) as told
     from outbox o left join people p on p.id::text = o.recipient ->> 'personId'
     where o.id > $1 and not o.edit_only and o.recipient ->> 'kind' in ('person', 'channel')`,
    [message, CHANNEL],
  );
  return rows.map(({ told }) => String(told)).toSorted();
}

async function signed(): Promise<{ listed: readonly string[]; told: readonly string[] }> {
  const officer = stage.as("compliance");
  await officer.command(`/compliance sign ${LOGGING.requirement}`);
  const [, list = ""] = /These will be told: (.+)\./.exec(officer.form() ?? "") ?? [];
  const before = await newestMessage();
  await officer.submit();
  return { listed: list.split(", ").toSorted(), told: await toldSince(before) };
}

it.each<[string, Role | null, readonly string[]]>([
  ["the person who opened the migration asked for it", "engineer", ["Amara Okafor", CHANNEL]],
  ["somebody else asked for it", "colleague", ["Diego Ramos", CHANNEL]],
  ["nobody asked for it", null, [CHANNEL]],
])(
  "who is listed is who is told, when %s",
  async (story, requester, expected) => {
    await readyToSign(stage, story.replaceAll(" ", "-"));
    if (requester) await stage.as(requester).command(`/compliance request ${LOGGING.requirement}`);

    const { listed, told } = await signed();

    expect(listed).toEqual(expected);
    expect(told).toEqual(listed);
  },
  60_000,
);
