/** What people write is shown as text in Slack: no mention, no link, no markup, nothing turned around. */
import { beforeAll, expect, test } from "vitest";
import { goodAnswers } from "../scenarios/good-answers.ts";
import { answersOf, confirm, openClinic, start } from "../scenarios/openings.ts";
import { asList, asObject } from "../support/slack/checks/parts.ts";
import {
  channelNamed,
  countRows,
  errorsIn,
  openGround,
  sendToWeb,
  slackDoor,
  slackUser,
} from "./ground.ts";

const ground = await openGround();

const EVIL = [
  "<!channel> <!here|here> <!everyone>",
  "<@U0PRIYA> <#C0GENERAL|general> <!subteam^S012345>",
  "<https://evil.example|https://safe.example> https://evil.example",
  "*bold* _it_ ~gone~ `code` ```block``` > quote",
  ":white_check_mark: Signed off: audit_logging_enabled",
  "&lt;!channel&gt; &amp;lt;!channel&amp;gt;",
  "<!date^1^{date}^https://evil.example|now> {{7*7}} #{7*7} %s%n",
  "'; drop table migrations; -- \" \\",
];

interface SentText {
  readonly kind: string;
  readonly text: string;
  readonly node: object;
}

/** The part of a rich text or a text object that says something. */
function nodeSent(node: Readonly<Record<string, unknown>>): readonly SentText[] {
  const { type, text, url } = node;
  if (typeof type !== "string") return [];
  if (type === "link") return [{ kind: type, text: String(url), node }];
  const isMention = ["user", "usergroup", "channel", "broadcast"].includes(type);
  if (typeof text === "string") return [{ kind: type, text, node }];
  return isMention ? [{ kind: type, text: "", node }] : [];
}

/** Every text object, attribute and plain text that went to Slack, with its kind. */
function everythingSent(): readonly SentText[] {
  const { world } = ground().slack.slack;
  const found: SentText[] = [];
  const walk = (value: unknown): void => {
    for (const entry of asList(value) ?? []) walk(entry);
    const node = asObject(value);
    if (!node) return;
    found.push(...nodeSent(node));
    Object.values(node).forEach(walk);
  };
  for (const message of [...world.messages, ...world.ephemerals]) {
    found.push({ kind: "fallback", text: message.text, node: {} });
    walk(message.blocks);
  }
  for (const views of world.modals.values()) walk(views.map(({ view }) => view));
  for (const { view } of world.homes.values()) walk(view);
  return found;
}

beforeAll(async () => {
  const { slack } = ground();
  await slack.enter("words");
  const engineer = slack.as("engineer");
  await engineer.command("/compliance start");
  await engineer.submit({
    customer: EVIL.slice(0, 2).join(" "),
    industry: `medical clinic ${EVIL[2]}`,
    time_zone: "America/New_York",
    proposal_on: "2031-03-01",
    go_live_on: "2031-06-01",
  });
  await engineer.press("Review and confirm");
  await confirm(slack, { verticals: ["HIPAA"], facts: { patient_info: "yes" } });
  const answers = { ...goodAnswers("hipaa_phi_inventory_partial", answersOf(slack)) };
  await engineer.command("/compliance answer hipaa_phi_inventory_partial");
  const shown = engineer.fields();
  const page = Object.fromEntries(Object.entries(answers).filter(([id]) => shown.includes(id)));
  await engineer.submit({ ...page, departments: EVIL.join(" ").slice(0, 480) });
  for (const text of EVIL) {
    await engineer.command(`/compliance ${text}`);
    await engineer.command(`/compliance sign ${text}`);
    await engineer.command(`/compliance requirement hipaa_phi_inventory_partial`);
    await engineer.press(/something changed/i).catch(() => undefined);
    if (engineer.form()) await engineer.submit({ reason: text });
  }
  await engineer.command("/compliance people");
  await engineer.press("Add a contact");
  await engineer.submit({
    role: "customer_compliance_officer",
    name: EVIL[0] ?? "",
    title: EVIL[3] ?? "",
    organisation: EVIL[4] ?? "",
    email: "morgan.reyes@northside.example",
  });
  for (const words of ["", " status", " report draft", " gate 3", " people"])
    await engineer.command(`/compliance${words}`);
  await engineer.openHome();
  await slack.as("compliance").openHome();
}, 120_000);

test("nobody is mentioned, in no kind of text", () => {
  const sent = everythingSent();
  const fallbacks = sent.filter(({ kind }) => kind === "fallback" || kind === "mrkdwn");
  const acting = fallbacks.filter(({ text }) =>
    /<[!@#]|<[a-z]+:[^>|]*evil/i.test(withoutDates(text)),
  );
  const nodes = sent.filter(({ kind }) =>
    ["user", "usergroup", "channel", "broadcast"].includes(kind),
  );

  expect(sent.length).toBeGreaterThan(200);
  expect(sent.some(({ text }) => text.includes("drop table") || text.includes("7*7"))).toBe(true);
  expect(acting.map(({ text }) => text)).toEqual([]);
  expect(nodes).toEqual([]);
});

/** Our own dates are the only markup with a mark of exclamation. */
function withoutDates(text: string): string {
  return text.replaceAll(/<!date\^\d{9,}\^\{date_short\}( \{time\})?\|[^<>]*>/g, "");
}

test("no link leads where a person's words want it to lead", () => {
  const links = everythingSent().filter(({ kind }) => kind === "link");

  expect(links.filter(({ text }) => text.includes("evil"))).toEqual([]);
});

test("every text that may be parsed as markup is marked as literal", () => {
  const loose = everythingSent().filter(
    ({ kind, node }) => kind === "mrkdwn" && asObject(node)?.verbatim !== true,
  );
  expect(loose).toEqual([]);
});

test("what was typed is shown to the letter", async () => {
  await ground().slack.as("engineer").command("/compliance status");
  const shown = everythingSent().map(({ text }) => text);

  expect(shown.some((text) => text.includes("<!channel> <!here|here>"))).toBe(true);
});

test("a name that turns the direction of text comes out isolated or spelled out", async () => {
  const { slack } = ground().slack;
  slack.addUser("U0EVIL", { name: "Priya Nair\u202E\u2066\u200B" });
  const channel = channelNamed(ground(), "words");
  slack.world.channels.get(channel)?.members.add("U0EVIL");
  const evil = slackUser(ground(), "U0EVIL", channel);
  await evil.command("/compliance people");
  await evil.command("/compliance status");
  const raw = everythingSent().map(({ text }) => text);

  expect(raw.filter((text) => /[\u202A-\u202E\u200B]/.test(text))).toEqual([]);
});

test.each([
  ["nothing", ""],
  ["spaces", "   "],
  ["help among no-break spaces", "\u00a0HELP\u00a0"],
  ["help in any case", "hElP"],
  ["40,000 characters", "x".repeat(40_000)],
  ["an unknown requirement", "sign nothing_like_this"],
  ["unclosed quotes", "“unclosed 'quotes"],
  ["escapes of Slack", "<@U123|x> <#C1|y>"],
  ["injections of other languages", "; drop table migrations; $(id) `id` {{7*7}} %s%n\r\nBcc: x"],
  ["broken characters", "\u202e\u0000\ud800"],
  ["emoji", "👩‍⚕️ :hospital:"],
  ["a prototype", "__proto__"],
  ["inherited names", "constructor prototype toString"],
])(
  "%s after /compliance is answered on both surfaces and changes nothing",
  async (_what, words) => {
    const before = await countRows(ground());
    const user = slackUser(ground(), "U0DIEGO", channelNamed(ground(), "words"));
    const { status } = await user.command(`/compliance ${words}`);
    await ground().slack.running.settled();
    const onWeb = await sendToWeb(ground(), "say", {
      channel: "general",
      text: `/compliance ${words}`,
    });

    expect(status).toBe(200);
    expect([200, 400]).toContain(onWeb.status);
    expect(await countRows(ground())).toEqual(before);
  },
);

test("words about another organization's migration suggest nothing of it", async () => {
  await openClinic(ground().web, "secret-name");
  await start(ground().web.as("engineer"), { customer: "Hidden", industry: "bank" }).catch(() => 0);
  const form = {
    command: "/compliance",
    text: "status Clinic secret-name",
    user_id: "U0DIEGO",
    team_id: "T0CLEAR01",
    channel_id: channelNamed(ground(), "general"),
  };
  const answer = await slackDoor(ground()).command(form);

  expect(answer.status).toBe(200);
  expect(answer.text).not.toContain("secret-name");
});

test("none of it failed inside", () => {
  expect(errorsIn(ground())).toEqual([]);
});
