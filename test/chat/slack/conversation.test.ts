/** Commands, buttons and forms as people use them, against the stand-in. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Command } from "../../../src/domain/command.ts";
import { Unavailable } from "../../../src/domain/fault.ts";
import { MigrationId, RequirementName } from "../../../src/domain/ids.ts";
import type { Form } from "../../../src/messages/form.ts";
import type { Message } from "../../../src/messages/message.ts";
import { signBody } from "../../support/slack/driver/door.ts";
import { issueResponseUrl } from "../../support/slack/driver/payloads.ts";
import type { SlackPerson } from "../../support/slack/driver/person.ts";
import { type Rig, startRig, WORKSPACE } from "../../support/slack/rig.ts";
import { startSlack } from "../../support/slack/stand-in.ts";

const MIGRATION = MigrationId.parse("0d9a3d1e-8a53-4a1c-9f6b-000000000001");
const BAA = RequirementName.parse("hipaa_baa_signed");
const ANSWER: Command = { type: "AnswerRequirement", migration: MIGRATION, requirement: BAA };
const STATUS: Command = { type: "ShowStatus", migration: MIGRATION };

const CARD: Message = {
  headline: "BAA: not started",
  sections: [{ actions: [{ label: "Answer", command: ANSWER }] }],
};
const FORM: Form = {
  title: "BAA",
  submit: "Save",
  command: { type: "SaveAnswers", migration: MIGRATION, requirement: BAA, page: 0 },
  fields: [
    { id: "signed_on", type: "date", label: "Signed on", required: true },
    { id: "note", type: "text", label: "Note", required: false },
  ],
};

let rig: Rig;
let dana: SlackPerson;
beforeEach(async () => {
  rig = await startRig();
  dana = rig.person("U0DANA");
});
afterEach(() => rig.close());

describe("a slash command", () => {
  test("reaches the application with the person, the place and the words", async () => {
    await dana.command("/compliance start Northside & Sons <clinic>");

    const [inbound] = rig.heard;
    expect(inbound?.command).toEqual({ type: "Text", text: "start Northside & Sons <clinic>" });
    expect(inbound?.identity).toEqual({
      surface: "slack",
      workspaceId: WORKSPACE,
      workspaceRef: "T0CLEAR01",
      userId: "U0DANA",
    });
    expect(inbound?.place).toEqual({
      kind: "channel",
      channel: { surface: "slack", workspaceId: WORKSPACE, channelId: rig.channel },
    });
    expect(inbound?.eventKey).toMatch(/^slack:trigger:/);
  });

  test("is answered to that person alone, also where the bot is no member", async () => {
    rig.answer({ kind: "show", message: CARD });
    const elsewhere = rig.slack.addChannel("private", {
      kind: "private",
      members: ["U0DANA"],
      withBot: false,
    });

    await dana.command("/compliance status", { channel: elsewhere.id });

    expect(dana.ephemerals.at(-1)?.text).toContain("BAA: not started");
    expect(rig.slack.callsOf("chat.postMessage")).toHaveLength(0);
  });

  test("in a direct message has a direct place", async () => {
    await dana.command("/compliance", { channel: dana.direct.at(0)?.channel ?? "D0OTHER" });

    expect(rig.heard[0]?.place.kind).toBe("direct");
  });

  test("opens a form with its trigger", async () => {
    rig.answer({ kind: "form", form: FORM });

    const answer = await dana.command("/compliance answer baa");

    expect(answer.text).toBe("");
    expect(dana.modal?.title).toBe("BAA");
    expect(dana.modal?.submitLabel).toBe("Save");
  });

  test("whose trigger has expired offers a button that opens the form", async () => {
    rig.answer({ kind: "form", form: FORM });
    rig.slack.misbehave("views.open", { kind: "error", error: "expired_trigger_id" });

    await dana.command("/compliance answer baa");
    expect(dana.modal).toBeNull();
    await dana.click("Open the form");

    expect(rig.heard.at(-1)?.command).toEqual({ type: "Text", text: "answer baa" });
    await expect.poll(() => dana.modal?.title).toBe("BAA");
  });

  test("that takes longer than 2.5 seconds says so and is answered afterwards", async () => {
    rig.answer(async () => {
      await new Promise((resolve) => setTimeout(resolve, 2_900));
      return { kind: "show", message: CARD };
    });

    const started = Date.now();
    await dana.command("/compliance status");

    expect(Date.now() - started).toBeLessThan(2_900);
    expect(dana.ephemerals.at(-1)?.text).toContain("takes longer than usual");
    await dana.sees("BAA: not started");
  });

  test("whose form opens too late is answered in time, and offers the form once more", async () => {
    rig.answer(async () => {
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      return { kind: "form", form: FORM };
    });
    rig.slack.misbehave("views.open", { kind: "slow", ms: 1_500 });

    const started = Date.now();
    await dana.command("/compliance answer baa");

    expect(Date.now() - started).toBeLessThan(2_900);
    const shown = await dana.sees("Slack did not open the form in time.");
    expect(shown.buttons).toEqual(["Open the form"]);
  });

  test("is answered with a reference when the application fails, never with a 5xx", async () => {
    rig.answer(() => {
      throw new Unavailable("the database is away");
    });

    const answer = await dana.command("/compliance status");

    expect(answer.status).toBe(200);
    const shown = dana.ephemerals.at(-1)?.text ?? "";
    expect(shown).toContain("That did not work.");
    expect(shown).not.toContain("database");
    const failure = rig.logged.find(({ event }) => event === "slack_unavailable");
    expect(shown).toContain(String(failure?.fields.correlationId));
  });

  test("shows a home page as a private answer", async () => {
    rig.answer({ kind: "home", home: { headline: "Nothing waits for you.", sections: [] } });

    await dana.command("/compliance");

    expect(dana.ephemerals.at(-1)?.text).toContain("Nothing waits for you.");
  });

  test("hands a report over as a file in the person's direct messages", async () => {
    const attachment = { name: "report.json", mimeType: "application/json", content: "{}" };
    rig.answer({ kind: "show", message: { headline: "The report.", attachment } });

    await dana.command("/compliance report");

    await expect.poll(() => dana.direct.at(-1)?.files).toHaveLength(1);
    expect(dana.ephemerals.at(-1)?.text).toContain("report.json");
  });
});

describe("a button", () => {
  beforeEach(async () => {
    rig.answer({ kind: "show", message: CARD });
    await dana.command("/compliance status");
  });

  test("carries its command and answers beside the message", async () => {
    rig.answer({ kind: "show", message: { headline: "Answered." } });

    await dana.click("Answer");

    expect(rig.heard.at(-1)?.command).toEqual(ANSWER);
    expect(rig.heard.at(-1)?.place.channel?.channelId).toBe(rig.channel);
    const shown = await dana.sees("Answered.");
    expect(shown.channel).toBe(rig.channel);
  });

  test("opens a form that remembers the channel", async () => {
    rig.answer({ kind: "form", form: FORM });
    await dana.click("Answer");
    await expect.poll(() => dana.modal?.title).toBe("BAA");
    rig.answer({ kind: "show", message: { headline: "Saved." } });

    await dana.submit({ signed_on: "2026-03-01" });

    expect(rig.heard.at(-1)?.command).toEqual(FORM.command);
    expect(rig.heard.at(-1)?.values).toEqual({ signed_on: "2026-03-01", note: "" });
    expect(rig.heard.at(-1)?.place.channel?.channelId).toBe(rig.channel);
    expect(dana.modal).toBeNull();
    expect((await dana.sees("Saved.")).channel).toBe(rig.channel);
  });

  test("answers through the response address where the bot is no member", async () => {
    rig.slack.world.channels.get(rig.channel)?.members.delete("UBOT00001");
    rig.answer({ kind: "show", message: { headline: "Answered." } });

    await dana.click("Answer");

    await dana.sees("Answered.");
    expect(rig.slack.world.ephemerals.at(-1)?.via).toBe("response_url");
  });

  test("answers by direct message when the response address is not Slack's", async () => {
    rig.slack.world.channels.get(rig.channel)?.members.delete("UBOT00001");
    rig.answer({ kind: "show", message: { headline: "Answered." } });
    const foreign = await startSlack();
    const seen = { user: "U0DANA", channel: rig.channel, messageTs: null };
    const response_url = issueResponseUrl(foreign, seen);

    await sendInteraction({ ...dana.payloadOf("Answer"), response_url });

    await expect.poll(() => dana.direct.at(-1)?.text).toContain("Answered.");
    expect(foreign.world.ephemerals).toEqual([]);
    await foreign.close();
  });

  test("pressed again has a new key; the same press signed again keeps its key", async () => {
    const payload = dana.payloadOf("Answer");
    await sendInteraction(payload);
    await sendInteraction(payload, -1);
    await dana.click("Answer");

    const keys = rig.heard.slice(1).map(({ eventKey }) => eventKey);
    expect(keys).toHaveLength(3);
    expect(keys[0]).toBe(keys[1]);
    expect(keys[2]).not.toBe(keys[0]);
  });
});

describe("a form", () => {
  beforeEach(async () => {
    rig.answer({ kind: "form", form: FORM });
    await dana.command("/compliance answer baa");
  });

  test("stays open with the sentences beside its fields", async () => {
    rig.answer({ kind: "errors", fields: { signed_on: "That day is in the future." } });

    await dana.submit({ signed_on: "2099-01-01" });

    expect(dana.errors).toEqual({ signed_on: "That day is in the future." });
    expect(dana.modal?.title).toBe("BAA");
  });

  test("puts a sentence about no field of its own beside the first one", async () => {
    rig.answer({ kind: "errors", fields: { customer: "No such customer.", note: "Too short." } });

    await dana.submit({ signed_on: "2026-01-01" });

    expect(dana.errors).toEqual({ signed_on: "No such customer.", note: "Too short." });
  });

  test("turns into the next page in place", async () => {
    rig.answer({ kind: "form", form: { ...FORM, title: "BAA, page 2" } });

    await dana.submit({ signed_on: "2026-01-01" });

    expect(dana.modal?.title).toBe("BAA, page 2");
  });

  test("without any question shows its errors on top", async () => {
    rig.answer({ kind: "form", form: { ...FORM, title: "Sign", fields: [] } });
    await dana.submit({ signed_on: "2026-01-01" });
    rig.answer({ kind: "errors", fields: { any: "You answered it yourself." } });

    await dana.submit();

    expect(dana.modal?.text).toContain("You answered it yourself.");
  });

  test("whose memory was changed is out of date and asks nothing", async () => {
    const asked = rig.heard.length;
    const [open] = rig.slack.world.modals.get("U0DANA") ?? [];
    if (open) open.view = { ...open.view, private_metadata: '{"command":{"type":"Root"}}' };

    await dana.submit({ signed_on: "2026-01-01" });

    expect(dana.modal?.text).toContain("out of date");
    expect(rig.heard).toHaveLength(asked);
  });

  test("closed without sending asks nothing", async () => {
    const asked = rig.heard.length;

    await dana.closeModal();

    expect(rig.heard).toHaveLength(asked);
  });

  test("that takes too long says so and tells the outcome afterwards", async () => {
    rig.answer(async () => {
      await new Promise((resolve) => setTimeout(resolve, 2_800));
      return { kind: "show", message: { headline: "Signed." } };
    });

    await dana.submit({ signed_on: "2026-01-01" });

    expect(dana.modal?.text).toContain("takes longer than usual");
    await dana.sees("Signed.");
  });

  test("has one key a submission, and another one when it is sent again", async () => {
    rig.answer({ kind: "errors", fields: { signed_on: "No." } });
    await dana.submit({ signed_on: "2026-01-01" });
    await dana.submit({ signed_on: "2026-01-01" });

    const [first, second] = rig.heard.slice(1).map(({ eventKey }) => eventKey);
    expect(first).not.toBe(second);
  });
});

test("a button in a form opens its answer on top and the form stays", async () => {
  const intro = [{ actions: [{ label: "Show status", command: STATUS }] }];
  rig.answer({ kind: "form", form: { ...FORM, intro } });
  await dana.command("/compliance answer baa");
  rig.answer({ kind: "show", message: { headline: "3 of 18 done." } });

  await dana.click("Show status");

  await expect.poll(() => dana.modal?.text).toContain("3 of 18 done.");
  await dana.closeModal();
  expect(dana.modal?.title).toBe("BAA");
});

async function sendInteraction(
  payload: Readonly<Record<string, unknown>>,
  shiftSeconds = 0,
): Promise<void> {
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const at = String(Math.floor(Date.now() / 1000) + shiftSeconds);
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    ...signBody(body, rig.slack.signingSecret, at),
  };
  const response = await fetch(rig.url, { method: "POST", body, headers });
  expect(response.status).toBe(200);
}
