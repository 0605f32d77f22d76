/** The person in front of Teams: what the app is told, and what the person sees of its answers. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { asList, asObject, type Json } from "../../slack/checks/parts.ts";
import { startTeams, type TeamsStandIn } from "../stand-in.ts";
import { fetchToken, startTinyApp, type TinyApp } from "../tiny-app.ts";
import { type TeamsPerson, teamsPerson } from "./person.ts";

const DANA = "3f0c8d52-0000-4000-8000-0000000000d1";
const OMAR = "3f0c8d52-0000-4000-8000-0000000000d2";

let teams: TeamsStandIn;
let app: TinyApp;
let channel: string;
let dana: TeamsPerson;
let omar: TeamsPerson;
beforeEach(async () => {
  teams = await startTeams();
  app = await startTinyApp(teams);
  teams.addUser(DANA, { name: "Dana Whitfield", timeZone: "America/Denver" });
  teams.addUser(OMAR, { name: "Omar Haddad" });
  channel = teams.addChannel("northside-clinic").id;
  dana = teamsPerson({ teams, url: app.url, user: DANA, conversation: channel });
  omar = teamsPerson({ teams, url: app.url, user: OMAR, conversation: channel });
});
afterEach(async () => {
  await app.close();
  await teams.close();
});

const heard = (): Json => app.heard.at(-1) ?? {};
const valueHeard = (): Json => asObject(heard().value) ?? {};
const dataHeard = (): unknown => asObject(valueHeard().action)?.data;

const execute = (title: string, more: Json = {}): Json => {
  const data = { cleargate: { deed: title } };
  const fallback = { type: "Action.Submit", title, data, ...more };
  return { type: "Action.Execute", title, verb: "cleargate", data, ...more, fallback };
};
const opens = (title: string, actions: readonly Json[], body: readonly Json[] = []): Json => ({
  type: "Action.ShowCard",
  title,
  card: { type: "AdaptiveCard", body, actions },
});
const card = (...body: Json[]): Json => ({ type: "AdaptiveCard", version: "1.5", body });
const says = (text: string): Json => ({
  type: "RichTextBlock",
  inlines: [{ type: "TextRun", text }],
});
const buttons = (...actions: Json[]): Json => ({ type: "ActionSet", actions });
const group = (...items: Json[]): Json => ({ type: "Container", items });
const withCard = (content: Json): Json => ({
  attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", content }],
});
const show = (content: Json): Json => ({
  statusCode: 200,
  type: "application/vnd.microsoft.card.adaptive",
  value: content,
});

describe("what the app is told", () => {
  test("among others it is mentioned, and a post begins a thread", async () => {
    await dana.say("status <b>");
    const id = heard().id;

    expect(heard()).toMatchObject({
      type: "message",
      text: "<at>Cleargate</at> status <b>\n",
      from: { id: dana.user.mri, aadObjectId: DANA },
      conversation: { id: `${channel};messageid=${id}`, conversationType: "channel" },
      channelData: { tenant: { id: teams.tenantId }, channel: { id: channel } },
      localTimezone: "America/Denver",
    });
    expect(JSON.stringify(heard().entities)).toContain(`"mentioned":{"id":"28:${teams.appId}"`);
    expect(JSON.stringify(heard().attachments)).toContain("status &lt;b&gt;");
    await dana.say("next", { thread: String(id) });
    expect(heard().conversation).toMatchObject({ id: `${channel};messageid=${id}` });
  });

  test("a slash command is for it alone, and talk among people is not told", async () => {
    await dana.say("status", { addressed: "slash" });
    expect(heard()).toMatchObject({ text: "status", recipient: { isTargeted: true } });

    expect(await dana.say("lunch?", { addressed: "no" })).toBeNull();
    await dana.say("home", { conversation: "personal" });
    expect(heard()).toMatchObject({
      text: "home",
      conversation: { id: teams.personalChat(DANA).id, conversationType: "personal" },
    });
    expect(app.heard).toHaveLength(2);
  });

  test("a file comes as the address of its bytes, where the app's token is not wanted", async () => {
    await dana.sendFiles([{ name: "policy.pdf", content: "72 months" }]);
    const attachment = asObject(asList(heard().attachments)?.[0]);
    const url = String(asObject(attachment?.content)?.downloadUrl);

    expect(attachment).toMatchObject({ name: "policy.pdf", content: { fileType: "pdf" } });
    expect(await (await fetch(url)).text()).toBe("72 months");
    const authorization = `Bearer ${await fetchToken(teams)}`;
    expect((await fetch(url, { headers: { authorization } })).status).toBe(401);
    expect(teams.takeFaults()).toEqual(["the app's token was sent along to where files are"]);
  });

  test("people and the app come and go", async () => {
    await dana.members("added", [OMAR, null]);
    expect(heard()).toMatchObject({
      membersAdded: [{ id: omar.user.mri, aadObjectId: OMAR }, { id: `28:${teams.appId}` }],
      channelData: { eventType: "teamMemberAdded" },
    });
    await dana.uninstall("personal");
    expect(heard()).toMatchObject({ type: "installationUpdate", action: "remove" });
  });
});

describe("pressing", () => {
  const choices = [{ title: "Sofia", value: '{"type":"ShowNext"}' }];
  const list = { type: "Input.ChoiceSet", id: "menu:1", choices, label: "Who" };
  const choose = execute("Choose", { data: { cleargate: { menu: "menu:1" } } });

  beforeEach(async () => {
    const sure = opens("Withdraw", [execute("Yes, withdraw")], [says("Sure?")]);
    const menu = opens("Ask somebody", [choose], [list]);
    const two = opens("More", [execute("First"), execute("Second")]);
    const content = card(says("Request"), buttons(execute("Sign"), sure, menu, two));
    await app.post(channel, withCard(content));
    app.answer(show(card(says("Signed."))));
  });

  test("sends the action, and its answer stands there for the person alone", async () => {
    await dana.press("Sign");

    expect(heard()).toMatchObject({ type: "invoke", name: "adaptiveCard/action" });
    expect(valueHeard()).toMatchObject({ action: { verb: "cleargate" }, trigger: "manual" });
    expect(heard().replyToId).toBe(dana.shown[0]?.message.id);
    expect(dana.shown[0]?.text).toBe("Signed.");
    expect(omar.shown[0]?.text).toBe("Request\n[Sign]\n[Withdraw]\n[Ask somebody]\n[More]");
  });

  test("goes through a question, and chooses from a menu", async () => {
    await dana.press("Withdraw");
    expect(dataHeard()).toEqual({ cleargate: { deed: "Yes, withdraw" } });
    await omar.press("Sofia");
    expect(dataHeard()).toEqual({
      cleargate: { menu: "menu:1" },
      "menu:1": '{"type":"ShowNext"}',
    });
    expect(() => dana.activityOf("More")).toThrow("sees no More; there is: nothing to press");
  });

  test("says what there is when a button is missing or only opens something", async () => {
    await expect(dana.press("Approve")).rejects.toThrow(/sees no Approve; there is: Sign \| /);
    await expect(dana.press("More")).rejects.toThrow('"More" only opens something');
    await dana.press("Second");
    expect(dataHeard()).toEqual({ cleargate: { deed: "Second" } });
  });

  test("an older client sends the fallback as a message", async () => {
    await dana.press("Sign", { as: "submit" });

    expect(heard()).toMatchObject({ type: "message", value: { cleargate: { deed: "Sign" } } });
    expect(heard().text).toBeUndefined();
  });

  test("an answer in words is a toast, and a bad card a fault", async () => {
    const value = { code: "Throttled", message: "Slower, please." };
    app.answer({ statusCode: 429, type: "application/vnd.microsoft.error", value });
    await dana.press("Sign");
    await dana.sees("Slower, please.");
    app.answer({
      statusCode: 200,
      type: "application/vnd.microsoft.activity.message",
      value: "Ok",
    });
    await dana.press("Sign");
    expect(dana.toasts.map(({ kind }) => kind)).toEqual(["error", "message"]);
    expect(omar.toasts).toEqual([]);

    app.answer(show(card()));
    await dana.press("Sign");
    expect(teams.takeFaults()).toEqual(["in the answer to an action: /: the card shows nothing"]);
    expect(dana.shown[0]?.text).toContain("[Sign]");
  });
});

describe("forms", () => {
  const options = ["a", "b"].map((value) => ({ title: value.toUpperCase(), value }));
  const need = { isRequired: true, errorMessage: "Needed." };
  const months = { type: "Input.Number", id: "field:months", label: "Months", ...need };
  const kinds = { type: "Input.ChoiceSet", id: "field:kinds", label: "Kinds", choices: options };
  const form = (...more: Json[]): Json =>
    card(
      says("Answers"),
      group(months, ...more),
      group({ ...kinds, isMultiSelect: true, value: "a" }),
      buttons(execute("Save", { associatedInputs: "auto" }), execute("Leave")),
    );

  test("are filled by field or label, with what was there before", async () => {
    await app.post(channel, withCard(form()));
    app.answer(show(form(says("Mend: At least 72."))));

    expect(dana.form?.fields).toEqual(["months", "kinds"]);
    await dana.submit({ Months: "36" });
    expect(dataHeard()).toEqual({
      cleargate: { deed: "Save" },
      "field:months": "36",
      "field:kinds": "a",
    });
    expect(dana.form?.errors).toEqual({ months: "At least 72." });
    app.answer(show(card(says("Kept."))));
    await dana.submit({ months: "72", kinds: ["B", "a"] });
    expect(dataHeard()).toMatchObject({ "field:kinds": "b,a" });
    expect(dana.form).toBeNull();
    expect(omar.form?.errors).toEqual({});
  });

  test("are held back as the client holds them back", async () => {
    await app.post(channel, withCard(form()));

    await expect(dana.submit({})).rejects.toThrow('"Months" is required');
    await expect(dana.submit({ months: "many" })).rejects.toThrow("not of its kind");
    await expect(dana.submit({ weeks: "1" })).rejects.toThrow("no field weeks; it has months");
    await expect(dana.submit({ months: "1", kinds: "c" })).rejects.toThrow("no option c");
    expect(app.heard).toEqual([]);
    app.answer(show(form()));
    await dana.submit({}, { anyway: true });
    expect(app.heard).toHaveLength(1);
  });

  test("name a question for files by its id, else by its label", async () => {
    const asked = [says("Worksheet"), says("Send the file to Cleargate in this chat.")];
    const save = buttons(execute("Save", { associatedInputs: "auto" }));
    await app.post(channel, withCard(card(group(...asked), save)));
    expect(dana.form?.fields).toEqual(["Worksheet"]);

    const named = { ...group(says("Worksheet"), says("📎 flows.pdf")), id: "field:worksheet" };
    await app.post(channel, withCard(card(named, group(months), save)));
    expect(dana.form?.fields).toEqual(["worksheet", "months"]);
    await dana.submit({ worksheet: [{ name: "flows.pdf", content: "x" }], months: "1" });
    expect(dataHeard()).toEqual({ cleargate: { deed: "Save" }, "field:months": "1" });
    expect(teams.takeFaults()).toEqual(["an action was answered with nothing"]);
  });
});

describe("reading", () => {
  test("dates are drawn in the zone of the reader", async () => {
    const time = "{{DATE(2026-03-02T01:10:00Z,SHORT)}} {{TIME(2026-03-02T01:10:00Z)}}";
    await app.post(channel, withCard(card(says(time), says("{ {DATE(x)}}"))));

    expect(dana.shown[0]?.text).toBe("Sun, Mar 1, 2026 06:10 PM\n{ {DATE(x)}}");
    expect(omar.shown[0]?.text).toContain("08:10 PM");
  });

  test("what stands side by side is read as one line", async () => {
    const column = (...items: Json[]): Json => ({ type: "Column", items });
    const run = { type: "TextRun", text: "State", weight: "Bolder" };
    const label = column({ type: "RichTextBlock", inlines: [run] });
    const fact = { type: "ColumnSet", columns: [label, column(says("blocked"))] };
    const line = [column(says("BAA")), column(buttons(execute("Answer")))];
    const tall = [column(says("a"), says("b")), column(says("c"))];
    const sets = [line, tall].map((columns) => ({ type: "ColumnSet", columns }));
    await app.post(channel, withCard(card(fact, ...sets)));

    expect(dana.shown[0]?.text).toBe("State: blocked\nBAA [Answer]\na\nb\nc");
  });

  test("a file that is offered is taken once, and its bytes are kept", async () => {
    const chat = teams.personalChat(DANA).id;
    const content = { description: "The report", sizeInBytes: 2, acceptContext: { a: 1 } };
    const contentType = "application/vnd.microsoft.teams.card.file.consent";
    await app.post(chat, { attachments: [{ contentType, name: "report.json", content }] });
    const upload = await dana.decide("report.json", "accept");

    const info = asObject(valueHeard().uploadInfo);
    expect(valueHeard()).toMatchObject({ action: "accept", context: { a: 1 } });
    await fetch(String(info?.uploadUrl), {
      method: "PUT",
      body: "{}",
      headers: { "content-range": "bytes 0-1/2" },
    });
    expect(Buffer.from(upload?.content ?? []).toString()).toBe("{}");
    await expect(dana.decide("report.json", "accept")).rejects.toThrow("is offered no file");
  });
});
