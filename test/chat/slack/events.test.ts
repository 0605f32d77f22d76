/** The home tab, dropped files, and the same handlers behind Socket Mode. */
import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Inbound, Reply } from "../../../src/app/ports.ts";
import { MigrationId } from "../../../src/domain/ids.ts";
import type { Form, Upload } from "../../../src/messages/form.ts";
import { httpDoor } from "../../support/slack/driver/door.ts";
import { blockActions, eventCallback } from "../../support/slack/driver/payloads.ts";
import type { SlackPerson } from "../../support/slack/driver/person.ts";
import { type Rig, startRig } from "../../support/slack/rig.ts";

const MIGRATION = MigrationId.parse("0d9a3d1e-8a53-4a1c-9f6b-000000000001");
const WHERE: Form = {
  title: "Add as evidence",
  submit: "Add",
  command: { type: "AttachFiles", migration: MIGRATION },
  fields: [
    {
      id: "slot",
      type: "choice",
      label: "What do they prove?",
      required: true,
      options: [{ id: "hipaa_baa_signed.baa", label: "Signed BAA" }],
    },
    { id: "files", type: "file", label: "Files", required: true },
  ],
};
const FORM: Reply = { kind: "form", form: WHERE };

let rig: Rig;
let dana: SlackPerson;
beforeEach(async () => {
  rig = await startRig();
  dana = rig.person("U0DANA");
});
afterEach(() => rig.close());

function uploadsOf(inbound: Inbound | undefined, field = "files"): Upload[] {
  const value = inbound?.values[field];
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry) => (typeof entry === "string" ? [] : [entry]));
}

async function digest(upload: Upload | undefined): Promise<string> {
  const hash = createHash("sha256");
  if (upload) for await (const part of upload.read()) hash.update(part);
  return hash.digest("hex");
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

describe("the home tab", () => {
  test("is built when it is opened", async () => {
    rig.answer({ kind: "home", home: { headline: "2 things wait for you.", sections: [] } });

    await dana.openHome();

    expect(rig.heard[0]).toMatchObject({
      command: { type: "OpenHome" },
      place: { kind: "home", channel: null },
    });
    expect(dana.home?.text).toContain("2 things wait for you.");
  });

  test("shows an answer of another kind instead of staying empty", async () => {
    rig.answer({ kind: "show", message: { headline: "Guests have no queue." } });

    await dana.openHome();

    expect(dana.home?.text).toContain("Guests have no queue.");
  });

  test("answers its buttons with a view, because it has no private messages", async () => {
    const actions = [{ label: "Status", command: { type: "ShowStatus" } as const }];
    rig.answer({ kind: "home", home: { headline: "Queue", sections: [{ actions }] } });
    await dana.openHome();
    rig.answer({ kind: "show", message: { headline: "3 of 18 done." } });

    await dana.click("Status", { on: "home" });

    await expect.poll(() => dana.modal?.text).toContain("3 of 18 done.");
  });

  test("falls back to a direct message when the view comes too late", async () => {
    const actions = [{ label: "Status", command: { type: "ShowStatus" } as const }];
    rig.answer({ kind: "home", home: { headline: "Queue", sections: [{ actions }] } });
    await dana.openHome();
    rig.slack.misbehave("views.open", { kind: "error", error: "expired_trigger_id" });
    rig.answer({ kind: "show", message: { headline: "3 of 18 done." } });

    await dana.click("Status", { on: "home" });

    await expect.poll(() => dana.direct.at(-1)?.text).toContain("3 of 18 done.");
  });

  test("delivered twice is built once; delivered again after a failure it is built", async () => {
    const door = httpDoor(rig.slack, rig.url);
    const event = { type: "app_home_opened", user: "U0DANA", tab: "home" };
    const payload = eventCallback({ slack: rig.slack, userId: "U0DANA" }, event);
    rig.answer(() => {
      throw new Error("down");
    });

    expect((await door.event(payload)).status).toBe(503);
    rig.answer({ kind: "home", home: { headline: "Queue", sections: [] } });
    expect((await door.event(payload, 1)).status).toBe(200);
    expect((await door.event(payload, 2)).status).toBe(200);

    expect(rig.slack.callsOf("views.publish")).toHaveLength(1);
    expect(rig.heard).toHaveLength(2);
  });
});

describe("dropped files", () => {
  test("are offered as evidence, read from Slack, and travel through the form", async () => {
    rig.answer(FORM);
    await dana.dropFile(
      { name: "baa.pdf", content: "signed" },
      {
        also: [{ name: "letter.pdf", content: "dear" }],
      },
    );

    expect(rig.heard[0]?.command).toEqual({ type: "AttachFiles" });
    expect(uploadsOf(rig.heard[0]).map(({ name, bytes }) => [name, bytes])).toEqual([
      ["baa.pdf", 6],
      ["letter.pdf", 4],
    ]);
    expect(dana.ephemerals.at(-1)?.text).toContain("these 2 files");

    await dana.click("Choose where");
    await expect.poll(() => dana.modal?.title).toBe("Add as evidence");
    rig.answer({ kind: "show", message: { headline: "Kept 2 pieces of evidence." } });
    await dana.submit({ slot: "Signed BAA" });

    const last = rig.heard.at(-1);
    expect(last?.command).toEqual(WHERE.command);
    expect(last?.values.slot).toBe("hipaa_baa_signed.baa");
    const [first, second] = uploadsOf(last);
    expect(await digest(first)).toBe(sha256("signed"));
    expect(await digest(second)).toBe(sha256("dear"));
    expect(first?.link).toContain("https://cleargate-test.slack.com/files/");
    await dana.sees("Kept 2 pieces of evidence.");
  });

  test("in a thread are answered in the thread", async () => {
    rig.answer(FORM);

    await dana.dropFile({ name: "baa.pdf", content: "x" }, { threadTs: "1700000000.000001" });

    expect(dana.ephemerals.at(-1)?.threadTs).toBe("1700000000.000001");
  });

  test("where there is no migration are passed over in silence", async () => {
    rig.answer({ kind: "show", message: { headline: "There is no migration here." } });

    await dana.dropFile({ name: "lunch.png", content: "x" });

    expect(dana.ephemerals).toEqual([]);
    expect(dana.direct).toEqual([]);
  });

  test("in a direct message are always answered", async () => {
    rig.answer({ kind: "show", message: { headline: "There is no migration here." } });
    const { openDirect } = await import("../../support/slack/world.ts");

    await dana.dropFile(
      { name: "baa.pdf", content: "x" },
      { channel: openDirect(rig.slack.world, "U0DANA").id },
    );

    await dana.sees("There is no migration here.");
  });

  test("put into a form's own field are read from there", async () => {
    rig.answer(FORM);
    await dana.command("/compliance evidence");
    rig.answer({ kind: "show", message: { headline: "Kept." } });

    await dana.submit({ slot: "Signed BAA", files: [{ name: "new.pdf", content: "new" }] });

    const [upload] = uploadsOf(rig.heard.at(-1));
    expect(upload?.name).toBe("new.pdf");
    expect(await digest(upload)).toBe(sha256("new"));
  });

  test.each([
    ["a bot", { bot_id: "B1" }],
    ["an app on somebody's behalf", { app_id: "A1" }],
    ["an edit", { subtype: "message_changed" }],
    ["a workflow", { subtype: "bot_message", bot_id: "B2" }],
    ["nobody", { user: null }],
    ["Cleargate itself", { user: "UBOT00001" }],
    ["a message without files", { files: [] }],
  ])("of %s ask nothing", async (_who, change) => {
    const files = [{ id: "F01", name: "a.pdf" }];
    const event = { type: "message", channel: rig.channel, user: "U0DANA", ts: "1.1", files };
    const payload = eventCallback({ slack: rig.slack, userId: "U0DANA" }, { ...event, ...change });

    const answer = await httpDoor(rig.slack, rig.url).event(payload);

    expect(answer.status).toBe(200);
    expect(rig.heard).toEqual([]);
  });
});

describe("reading a file", () => {
  async function take(change: Readonly<Record<string, unknown>>): Promise<Upload | undefined> {
    const file = rig.slack.addFile({ name: "baa.pdf", content: "signed", user: "U0DANA" });
    const { id, name, url: url_private } = file;
    const files = [{ id, name, url_private, mimetype: "application/pdf", ...change }];
    const event = { type: "message", channel: rig.channel, user: "U0DANA", ts: "1.1", files };
    const payload = eventCallback({ slack: rig.slack, userId: "U0DANA" }, event);
    await httpDoor(rig.slack, rig.url).event(payload);
    return uploadsOf(rig.heard.at(-1))[0];
  }

  test("asks Slack for its address when the event has none", async () => {
    expect(await digest(await take({ url_private: undefined }))).toBe(sha256("signed"));
  });

  test.each([
    "https://evil.example/files-pri/F1/x",
    "http://files.slack.com/x",
    "https://files.slack.com.evil.example/x",
    "https://token@files.slack.com/x",
    "file:///etc/passwd",
    "http://169.254.169.254/latest/meta-data",
  ])("never takes our token to %s", async (url_private) => {
    const upload = await take({ url_private });

    await expect(digest(upload)).rejects.toThrow("does not offer the file");
  });

  test("fails when Slack asks to sign in instead", async () => {
    const upload = await take({});
    rig.slack.scopes.delete("files:read");

    await expect(digest(upload)).rejects.toThrow("302");
  });

  test("stops after 25 MB and never looks complete", async () => {
    const content = new Uint8Array(26 * 1024 * 1024);
    const file = rig.slack.addFile({ name: "big.bin", content, user: "U0DANA" });
    const upload = await take({ id: file.id, url_private: file.url });

    let read = 0;
    const reading = (async () => {
      if (upload) for await (const part of upload.read()) read += part.byteLength;
    })();

    await expect(reading).rejects.toThrow("larger than 25 MB");
    expect(read).toBeGreaterThan(25 * 1024 * 1024);
  });
});

describe("Socket Mode", () => {
  let socketRig: Rig;
  let lena: SlackPerson;
  beforeEach(async () => {
    socketRig = await startRig({ through: "socket" });
    lena = socketRig.person("U0LENA");
  });
  afterEach(() => socketRig.close());

  test("has no row at the front and carries commands, clicks, forms and events to the same handlers", async () => {
    expect(socketRig.surface.source).toBeNull();
    const actions = [{ label: "Where", command: { type: "AttachFiles" } as const }];
    socketRig.answer({ kind: "show", message: { headline: "Hello.", sections: [{ actions }] } });

    await lena.command("/compliance");
    expect(lena.ephemerals.at(-1)?.text).toContain("Hello.");

    socketRig.answer(FORM);
    await lena.click("Where");
    await expect.poll(() => lena.modal?.title).toBe("Add as evidence");

    socketRig.answer({ kind: "errors", fields: { slot: "Choose another." } });
    await lena.submit({ slot: "Signed BAA", files: [{ name: "a.pdf", content: "a" }] });
    expect(lena.errors).toEqual({ slot: "Choose another." });

    socketRig.answer({ kind: "home", home: { headline: "Queue", sections: [] } });
    await lena.openHome();
    expect(lena.home?.text).toContain("Queue");
    expect(socketRig.heard.map(({ command }) => command.type)).toEqual([
      "Text",
      "AttachFiles",
      "AttachFiles",
      "OpenHome",
    ]);
  });

  test("does not acknowledge an event that failed", async () => {
    socketRig.answer(() => {
      throw new Error("down");
    });
    const waiting = lena.openHome();

    const answer = await Promise.race([
      waiting.then(({ status }) => status),
      new Promise((resolve) => setTimeout(resolve, 1_000, "no ack")),
    ]);

    expect(answer).toBe("no ack");
    expect(socketRig.heard).toHaveLength(1);
  });

  test("answers a click whose button is not ours", async () => {
    const control = {
      label: "x",
      blockId: "b",
      option: null,
      element: { type: "button", action_id: "command:1", value: "approve" },
    };
    const message = { channel: socketRig.channel, ts: "1.1", text: "", blocks: [], threadTs: null };
    const pressed = { on: "message", message, isEphemeral: false } as const;
    const payload = blockActions({ slack: socketRig.slack, userId: "U0LENA" }, pressed, control);

    await socketRig.slack.sockets.send("interactive", payload);

    await lena.sees("out of date");
    expect(socketRig.heard).toEqual([]);
  });
});
