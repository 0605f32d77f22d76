/** Links that nobody should keep: said in a thread, put into the form, or sent in a forged button. */
import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { confirm, day, LOGGING, openClinic, start } from "../scenarios/openings.ts";
import type { SlackPerson } from "../support/slack/driver/person.ts";
import { BOT_USER } from "../support/slack/world.ts";
import {
  channelNamed,
  countRows,
  errorsIn,
  findInDatabase,
  migrationOf,
  openGround,
  sendToWeb,
  slackUser,
} from "./ground.ts";

const ground = await openGround();

let amara: SlackPerson;
let card = "";
beforeAll(async () => {
  await openClinic(ground().slack, "hostile-links");
  await openClinic(ground().web, "web-links");
  const channel = channelNamed(ground(), "hostile-links");
  amara = slackUser(ground(), "U0AMARA", channel);
  const { messages } = ground().slack.slack.world;
  card = messages.find((one) => one.channel === channel && one.user === BOT_USER)?.ts ?? "";
}, 60_000);

/** What the person alone is told about these words in the thread of the migration's card. */
async function offerFor(text: string, person = amara): Promise<string> {
  const told = person.ephemerals.length;
  expect((await person.say(text, { threadTs: card })).status).toBe(200);
  await ground().slack.running.settled();
  return person.ephemerals
    .slice(told)
    .map((one) => one.text)
    .join("\n");
}

describe("words in the thread of a migration", () => {
  test.each<[string, string, string | null]>([
    ["a script", "javascript:alert(1)", null],
    ["a page of data", "data:text/html,<script>alert(1)</script>", null],
    ["a host of this machine", "https://localhost/x", null],
    ["an address in the open", "http://plain.example/x", null],
    ["a password", "https://user:hunter2@a.example", "user name or password"],
    ["a card number", "https://a.example/?c=4111111111111111", "card number"],
    ["a key", "https://a.example/?k=xoxb-123456789012-abcdefghijklmnop", "a key"],
    ["a turned direction", "https://a.example/\u202Egpj.exe", "Keep this link to a.example"],
    [
      "a host that looks alike",
      "https://ex\u0430mple.com/",
      "Keep this link to xn--exmple-4nf.com",
    ],
    ["a script in a query", "https://a.example/?<script>", "Keep this link to a.example"],
  ])("with %s change nothing", async (_what, text, said) => {
    const before = await countRows(ground());

    const offer = await offerFor(`see ${text}`);

    if (said === null) expect(offer).toBe("");
    else expect(offer).toContain(said);
    expect(offer).not.toMatch(/hunter2|41111|xoxb|\u202E|<script>/);
    expect(await countRows(ground())).toEqual(before);
  });

  test("with forty links offer ten, count thirty, and say it in one message", async () => {
    const links = Array.from({ length: 40 }, (_, at) => `https://a${at}.example/`).join(" ");

    const offer = await offerFor(links);

    expect(offer).toContain(
      "Keep these 10 links to a0.example, a1.example, a2.example and 7 other",
    );
    expect(offer).toContain("Left out: 30 links.");
  });

  test("of a guest, of somebody deactivated or of another company are passed over", async () => {
    ground().slack.slack.addUser("U0STRANGER", { kind: "stranger" });
    const channel = channelNamed(ground(), "hostile-links");
    for (const id of ["U0GRACE", "U0NADIA", "U0STRANGER"]) {
      expect(await offerFor("https://a.example/x", slackUser(ground(), id, channel))).toBe("");
    }
  });

  test("leave nothing of themselves behind but what was chosen to be kept", async () => {
    await offerFor("ourlittlesecret https://a.example/neverchosen");

    const planted = ["ourlittlesecret", "neverchosen", "hunter2", "4111111111111111"];
    expect(await findInDatabase(ground(), planted)).toEqual([]);
    for (const text of planted) expect(ground().logged()).not.toContain(text);
  });
});

describe("the form", () => {
  const SLOT = `${LOGGING.requirement}.retention_shot`;
  async function attach(values: object, also: object = {}) {
    const migration = await migrationOf(ground(), "Clinic web-links");
    const command = { type: "AttachLinks", migration };
    return sendToWeb(ground(), "act", { channel: "web-links", command, values, ...also });
  }

  test.each<[string, object, string]>([
    ["a script", { slot: SLOT, links: "javascript:alert(1)" }, "https://"],
    ["an address in the open", { slot: SLOT, links: "http://plain.example/x" }, "https://"],
    ["a password", { slot: SLOT, links: "https://u:pw@a.example/" }, "password"],
    ["a card number", { slot: SLOT, links: "https://a.example/4111111111111111" }, "card"],
    ["no link", { slot: SLOT, links: " \n " }, "no file or link"],
    ["eleven links", { slot: SLOT, links: elevenLinks() }, "at most 10"],
    ["one bad link among good ones", { slot: SLOT, links: "https://a.example/ ftp://b" }, "https"],
    [
      "one hash for two links",
      { slot: SLOT, links: "https://a.example https://b.example", sha256: "0".repeat(64) },
      "one document",
    ],
    [
      "a place that does not exist",
      { slot: `${LOGGING.requirement}.memo`, links: "https://a.example" },
      "do not find",
    ],
    [
      "a requirement that does not exist",
      { slot: "__proto__.x", links: "https://a.example" },
      "find",
    ],
    ["a list instead of text", { slot: SLOT, links: ["https://a.example"] }, "no file or link"],
  ])("with %s keeps nothing", async (_what, values, says) => {
    const before = await countRows(ground());

    const { status, text } = await attach(values);

    expect(status).toBe(200);
    expect(text).toContain(says);
    expect(await countRows(ground())).toEqual(before);
  });

  test("of a guest keeps nothing", async () => {
    const before = await countRows(ground());

    const { text } = await attach({ slot: SLOT, links: "https://a.example/" }, { as: "grace" });

    expect(text).toMatch(/guest/i);
    expect(await countRows(ground())).toEqual(before);
  });

  test("sent twice keeps the links once", async () => {
    const again = { eventId: randomUUID() };
    const values = { slot: SLOT, links: "https://a.example/one\nhttps://a.example/one" };
    for (let at = 0; at < 2; at += 1) expect((await attach(values, again)).status).toBe(200);

    const kept = await ground().database.asOwner(
      "select kind, link, bytes from evidence where link like 'https://a.example/%'",
    );
    expect(kept).toEqual([{ kind: "link", link: "https://a.example/one", bytes: null }]);
  });
});

function elevenLinks(): string {
  return Array.from({ length: 11 }, (_, at) => `https://a.example/${at}`).join("\n");
}

test("privileged documents take no link, whatever the form says", async () => {
  await ground().web.enter("web-memo");
  const engineer = ground().web.as("engineer");
  await start(engineer, { customer: "Clinic web-memo", industry: "university hospital" });
  await confirm(ground().web, {
    verticals: ["FERPA", "HIPAA"],
    facts: { patient_info: "yes", students: "yes" },
    signers: [],
  });
  await engineer.command("/compliance answer ferpa_hipaa_counsel_review");
  await engineer.submit({
    manager: ground().web.userIds.manager,
    manager_date: day(-1),
    who_is_patient: "students_only",
    records_decision: "both_split_by_unit",
  });
  const migration = await migrationOf(ground(), "Clinic web-memo");
  const before = await countRows(ground());
  const { text } = await sendToWeb(ground(), "act", {
    channel: "web-memo",
    command: { type: "AttachLinks", migration },
    values: { slot: "ferpa_hipaa_counsel_review.counsel_memo", links: "https://a.example/memo" },
  });

  expect(text).toContain("stays with counsel");
  expect(await countRows(ground())).toEqual(before);
});

test("a file in a channel without a migration is nobody's evidence, though its owner has one elsewhere", async () => {
  await ground().slack.enter("own");
  await start(ground().slack.as("colleague"), { customer: "Shop own", industry: "retail" });
  await ground().slack.enter("lunch");
  const diego = slackUser(ground(), "U0DIEGO", channelNamed(ground(), "lunch"));
  const told = diego.ephemerals.length;
  await diego.dropFile({ name: "menu.pdf", content: "soup" });
  await ground().slack.running.settled();
  expect(diego.ephemerals.slice(told)).toEqual([]);

  await diego.dropFile(
    { name: "baa.pdf", content: "x" },
    { channel: channelNamed(ground(), "own") },
  );
  await diego.sees(/baa\.pdf/);
});

test("none of it failed inside", () => {
  expect(errorsIn(ground())).toEqual([]);
});
