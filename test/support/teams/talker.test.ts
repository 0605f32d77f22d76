/** The talker of the stories in Teams: which form is open for a person, and what is handed over to them. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Talker } from "../../scenarios/talker.ts";
import { teamsTalker } from "../../scenarios/teams-talker.ts";
import { asObject, type Json } from "../slack/checks/parts.ts";
import { startTeams, type TeamsStandIn } from "./stand-in.ts";
import { startTinyApp, type TinyApp } from "./tiny-app.ts";

const DANA = "3f0c8d52-0000-4000-8000-0000000000d1";

let teams: TeamsStandIn;
let app: TinyApp;
let channel: string;
let dana: Talker;
beforeEach(async () => {
  teams = await startTeams();
  app = await startTinyApp(teams);
  teams.addUser(DANA, { name: "Dana Whitfield" });
  channel = teams.addChannel("northside-clinic").id;
  dana = teamsTalker({ teams, url: app.url, settled: async () => undefined }, DANA, channel);
});
afterEach(async () => {
  await app.close();
  await teams.close();
});

const says = (text: string): Json => ({ type: "TextBlock", text });
const card = (...body: Json[]): Json => ({ type: "AdaptiveCard", version: "1.5", body });

function form(...files: string[]): Json {
  const data = { cleargate: { deed: "Add" } };
  const base = { title: "Add", data, associatedInputs: "auto" };
  const fallback = { type: "Action.Submit", ...base };
  const actions = [{ type: "Action.Execute", verb: "cleargate", ...base, fallback }];
  const names = files.map((name) => says(`📎 ${name}`));
  return card(
    { type: "Input.Text", id: "field:reason", label: "Reason" },
    { type: "Container", id: "field:file", items: [says("Proof"), ...names] },
    { type: "ActionSet", actions },
  );
}

const withCard = (content: Json): Json => ({
  attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", content }],
});

test("a command is said as a mention, and the form that it brings is open until it is sent", async () => {
  app.answer(async () => {
    await app.post(channel, withCard(form()));
    return null;
  });
  await dana.command("/compliance evidence audit");
  expect(app.heard[0]?.text).toBe("<at>Cleargate</at> evidence audit\n");
  expect(dana.fields()).toEqual(["reason", "file"]);

  const value = card(says("Kept."));
  app.answer({ statusCode: 200, type: "application/vnd.microsoft.card.adaptive", value });
  await dana.submit({ reason: "x" });
  expect(dana.form()).toBeNull();
  await dana.sees("Kept.");
  await dana.repeat();
  expect(app.heard[2]).toEqual(app.heard[1]);
});

test("a form that was left is open no more after another command", async () => {
  await app.post(channel, withCard(form()));
  expect(dana.form()).toContain("Reason");

  await dana.command("/compliance status");
  expect(dana.form()).toBeNull();
  await expect(dana.submit()).rejects.toThrow("has no form open");
});

test("files are sent before the form that asks for them, which names them then", async () => {
  const file = { name: "proof.pdf", content: "x" };
  await app.post(channel, withCard(form()));
  await expect(dana.submit({ file: [file] })).rejects.toThrow("not shown again with proof.pdf");

  app.answer(async ({ type }) => {
    if (type === "invoke")
      return { type: "application/vnd.microsoft.activity.message", value: "!" };
    await app.post(teams.personalChat(DANA).id, withCard(form("proof.pdf")));
    return null;
  });
  await dana.submit({ reason: "y", file: [file] });
  expect(asObject(asObject(app.heard.at(-1)?.value)?.action)?.data).toMatchObject({
    "field:reason": "y",
  });
});

test("a file that a message hands over is taken and read", async () => {
  const contentType = "application/vnd.microsoft.teams.card.file.consent";
  const offer = { contentType, name: "report.json", content: { sizeInBytes: 9 } };
  app.answer(async ({ value }) => {
    const { uploadUrl } = asObject(asObject(value)?.uploadInfo) ?? {};
    const headers = { "content-range": "bytes 0-8/9" };
    await fetch(String(uploadUrl), { method: "PUT", body: "the bytes", headers });
    return null;
  });
  await app.post(channel, { text: "📎 report.json" });
  await app.post(teams.personalChat(DANA).id, { attachments: [offer] });

  expect(await dana.sees("report.json")).toContain("the bytes");
});
