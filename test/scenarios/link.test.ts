/** One human being on both surfaces of one organization: what linking two accounts does, and what it never undoes. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDatabase } from "../support/database.ts";
import { signAs } from "./clear-requirement.ts";
import { linkCodeOf, makeOrganisation } from "./one-organisation.ts";
import { LOGGING, requested } from "./openings.ts";
import { openSlackStage, type SlackStage } from "./slack-stage.ts";
import { type WebStage, webStageOn } from "./web-stage.ts";

const database = await createDatabase();
let slack: SlackStage;
let web: WebStage;

beforeAll(async () => {
  await makeOrganisation(database, { slack: "T0CLEAR01", web: "local" });
  slack = await openSlackStage(database.ownerUrl, "http", { webChat: true });
  web = await webStageOn(slack.running);
}, 120_000);
afterAll(async () => {
  await slack.stop();
});

async function entries(type: string): Promise<readonly Record<string, unknown>[]> {
  const rows = await database.asOwner(
    `select entry::jsonb as entry from (select entry from ledger_staging
       union all select entry from ledger_entries) e where entry::jsonb ->> 'type' = $1`,
    [type],
  );
  return rows.map(({ entry }) => entry);
}

describe("two accounts of one person", () => {
  it("who answered in the web chat cannot sign in Slack once the accounts are one, nor when they are taken apart", async () => {
    await requested(web, "linked");
    const priya = slack.as("compliance");
    const amara = web.as("engineer");
    await priya.command(`/compliance sign ${LOGGING.requirement}`);
    expect(priya.form(), "before, they are two people").toMatch(/Sign/);

    const code = await linkCodeOf(priya);
    await amara.command(`/compliance link ${code.toLowerCase()}`);
    expect(amara.form()).toMatch(/Priya Nair/);
    expect(amara.form()).toMatch(/Amara Okafor/);
    expect(amara.form()).toMatch(/Roles that end.*deployment engineer/s);
    await amara.submit();
    await amara.sees(
      /Linked\. Amara Okafor in the web chat and Priya Nair in Slack are one person/,
    );

    await priya.command(`/compliance sign ${LOGGING.requirement}`);
    await priya.sees(/You gave answers here, so somebody else has to sign/);
    await slack.as("manager").sees(/linked two accounts: Priya Nair in Slack and Amara Okafor/);

    await priya.command("/compliance unlink");
    await priya.press("Unlink");
    await priya.sees(/unlinked The web chat: amara from Priya Nair/);
    await priya.command(`/compliance sign ${LOGGING.requirement}`);
    await priya.sees(/You gave answers here, so somebody else has to sign/);
    await signAs(web.as("compliance"), LOGGING.requirement);

    expect(await entries("IdentityLinked")).toHaveLength(1);
    expect(await entries("IdentityUnlinked")).toHaveLength(1);
  });

  it("the same code does nothing a second time, and nothing on the account that showed it", async () => {
    const theo = slack.as("it");
    const code = await linkCodeOf(theo);
    await theo.command(`/compliance link ${code}`);
    await theo.sees(/This is the account that showed you the code/);
    await web.as("it").command(`/compliance link ${code}`);
    await web.as("it").submit();
    await web.as("it").sees(/Linked\./);
    await web.as("sales").command(`/compliance link ${code}`);

    await web.as("sales").sees(/mistyped, too old, or was used already/);
  });

  it("a guest and an account that is gone link nothing", async () => {
    const code = await linkCodeOf(slack.as("sales"));
    await web.as("guest").command(`/compliance link ${code}`);
    await web.as("guest").sees(/Only full members can do this/);
    await web.as("gone").command(`/compliance link ${code}`);

    await web.as("gone").sees(/deactivated accounts/);
    expect(web.as("guest").form()).toBeNull();
  });

  it("a code stands nowhere in the database, and its screen is not kept", async () => {
    const code = await linkCodeOf(slack.as("security"));
    const tables = await database.asOwner(
      "select table_name as name from information_schema.tables where table_schema = 'cleargate'",
    );
    const found: string[] = [];
    for (const { name } of tables) {
      const rows = await database.asOwner(`select 1 from ${name} t where t::text like $1 limit 1`, [
        `%${code}%`,
      ]);
      if (rows.length > 0) found.push(String(name));
    }

    expect(tables.length).toBeGreaterThan(20);
    expect(found).toEqual([]);
  });
});
