/** The stand-in itself: it refuses what Teams refuses, so that a test which passes against it means something. */
import { ConfigurationBotFrameworkAuthentication } from "botbuilder";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Json } from "../../support/slack/checks/parts.ts";
import { checkCard } from "../../support/teams/checks/card.ts";
import { type TeamsPerson, teamsPerson } from "../../support/teams/driver/person.ts";
import { startTeams, type TeamsStandIn } from "../../support/teams/stand-in.ts";
import { fetchToken, startTinyApp, type TinyApp } from "../../support/teams/tiny-app.ts";
import type { TokenChanges } from "../../support/teams/tokens.ts";

const DANA = "3f0c8d52-0000-4000-8000-0000000000d1";
const OMAR = "3f0c8d52-0000-4000-8000-0000000000d2";

let teams: TeamsStandIn;
let app: TinyApp;
let channel: string;
let dana: TeamsPerson;
beforeEach(async () => {
  teams = await startTeams();
  app = await startTinyApp(teams);
  teams.addUser(DANA, { name: "Dana Whitfield" });
  teams.addUser(OMAR, { name: "Omar Haddad" });
  channel = teams.addChannel("northside-clinic").id;
  dana = teamsPerson({ teams, url: app.url, user: DANA, conversation: channel });
});
afterEach(async () => {
  await app.close();
  await teams.close();
});

const execute = (title: string, more: Json = {}): Json => ({
  type: "Action.Execute",
  title,
  verb: "cleargate",
  data: { cleargate: title },
  associatedInputs: "none",
  fallback: { type: "Action.Submit", title, data: { cleargate: title } },
  ...more,
});
const text = (words: string): Json => ({ type: "TextBlock", text: words });
const buttons = (...actions: Json[]): Json => ({ type: "ActionSet", actions });
const opens = (title: string, card: Json): Json => ({
  type: "Action.ShowCard",
  title,
  card: { type: "AdaptiveCard", ...card },
});
const input = (id: string, more: Json = {}): Json => ({ type: "Input.Text", id, ...more });
const card = (body: readonly Json[], more: Json = {}): Json => ({
  type: "AdaptiveCard",
  version: "1.5",
  body,
  ...more,
});
const withCard = (content: Json): Json => ({
  attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", content }],
});
const activities = (conversation: string): string =>
  `conversations/${encodeURIComponent(conversation)}/activities`;
const message = (more: Json): Json => ({ type: "message", ...more });
const codeOf = (body: Json): unknown => (body.error as Json | undefined)?.code;

/** Posts, and answers with the status and Teams' word for what is wrong. */
async function post(conversation: string, activity: Json, query = ""): Promise<string> {
  const { status, body } = await app.call("POST", activities(conversation) + query, activity);
  return `${status} ${codeOf(body) ?? ""}`.trim();
}

describe("tokens", () => {
  test("the app gets one for its secret, and none for another", async () => {
    const token = await fetchToken(teams);
    expect(await fetchToken(teams)).not.toBe(token);
    expect(token).toMatch(/^\S{20,}$/);
    await expect(fetchToken(teams, { client_secret: "x" })).rejects.toThrow("401 invalid_client");
    await expect(fetchToken(teams, { scope: "x" })).rejects.toThrow("400 invalid_scope");
    await expect(fetchToken(teams, { client_id: "x" })).rejects.toThrow("400 unauthorized_client");
  });

  test("a call without the app's token is refused, and with one that has ended", async () => {
    const call = async (token: string | null): Promise<number> =>
      (await app.call("POST", activities(channel), message({ text: "x" }), token)).status;
    const token = await fetchToken(teams);

    expect(await call(null)).toBe(401);
    expect(await call("of-somebody-else")).toBe(401);
    expect(await call(token)).toBe(201);
    teams.tokens.revoke();
    expect(await call(token)).toBe(401);
  });

  test.each<[string, TokenChanges, boolean]>([
    ["a good one", {}, true],
    ["one of another key", { key: "stray" }, false],
    ["one of an unknown key", { keyId: "nobody" }, false],
    ["one whose key is for another channel", { key: "unendorsed" }, false],
    ["one that is not signed", { algorithm: "none" }, false],
    ["one for another app", { claims: { aud: "another" } }, false],
    ["one of another issuer", { claims: { iss: "https://sts.example" } }, false],
    ["one that has ended", { claims: { exp: 1_700_000_000 } }, false],
    ["one for another address", { claims: { serviceurl: "https://evil.example/" } }, false],
  ])("Microsoft's own library judges %s as we mean it", async (_what, changes, isGood) => {
    const judge = new ConfigurationBotFrameworkAuthentication({
      MicrosoftAppId: teams.appId,
      ToChannelFromBotLoginUrl: "https://login.example",
      ToChannelFromBotOAuthScope: "https://api.botframework.com",
      ToBotFromChannelTokenIssuer: "https://api.botframework.com",
      OAuthUrl: "https://api.botframework.com",
      ToBotFromChannelOpenIdMetadataUrl: teams.endpoints.openIdMetadataUrl,
      ToBotFromEmulatorOpenIdMetadataUrl: teams.endpoints.openIdMetadataUrl,
      CallerId: "urn:botframework:azure",
    });
    vi.spyOn(console, "error").mockReturnValue();
    await dana.say("status");
    const judged = judge
      .authenticateRequest(
        JSON.parse(JSON.stringify(app.heard[0])),
        `Bearer ${teams.signToken(changes)}`,
      )
      .then(() => true)
      .catch(() => false);

    expect(await judged).toBe(isGood);
  });
});

describe("cards", () => {
  const labels = (count: number): Json[] =>
    Array.from({ length: count }, (_, n) => execute(`b${n}`));
  const choices = [{ title: "One", value: "1" }];

  test("six actions, a form and a question behind a button are taken", () => {
    const asks = opens("Withdraw", { body: [text("Sure?")], actions: [execute("Yes")] });
    const refresh = { action: { type: "Action.Execute", verb: "v" }, userIds: ["29:1"] };
    const list = { type: "Input.ChoiceSet", id: "field:b", choices, value: "1" };
    const good = [text("x"), input("field:a"), list, buttons(...labels(5), asks)];

    expect(checkCard(card(good, { refresh }))).toEqual([]);
  });

  test.each<[string, Json, RegExp]>([
    ["another version", card([text("x")], { version: "1.6" }), /must be 1.5/],
    ["an unknown element", card([{ type: "Carousel9" }]), /unknown: Carousel9/],
    ["an inherited name as a type", card([{ type: "constructor" }]), /unknown/],
    ["an element of Teams alone", card([{ type: "Badge", text: "x" }]), /needs a fallback/],
    ["seven actions in a set", card([buttons(...labels(7))]), /1 to 6 actions, got 7/],
    ["seven actions of a card", card([text("x")], { actions: labels(7) }), /got 7/],
    ["an unknown action", card([buttons({ type: "Action.Http", title: "x" })]), /unknown/],
    ["two inputs of one id", card([input("a"), input("a")]), /duplicate input id: a/],
    [
      "an input whose id is taken by one behind a button",
      card([input("a"), buttons(opens("More", { body: [input("a")] }))]),
      /duplicate input id: a/,
    ],
    ["an Execute without verb", card([buttons(execute("x", { verb: "" }))]), /verb: is missing/],
    [
      "an Execute without fallback",
      card([buttons(execute("x", { fallback: undefined }))]),
      /fallback: must be an Action.Submit/,
    ],
    [
      "a fallback that sends something else",
      card([buttons(execute("x", { data: { cleargate: "y" } }))]),
      /differs from the data/,
    ],
    [
      "61 people to refresh for",
      card([text("x")], {
        refresh: {
          action: { type: "Action.Execute", verb: "v" },
          userIds: Array.from({ length: 61 }, (_, n) => `29:${n}`),
        },
      }),
      /no more than 60, got 61/,
    ],
    [
      "a preset that is no choice",
      card([{ type: "Input.ChoiceSet", id: "a", choices, value: "2" }]),
      /not one of the choices/,
    ],
    ["a required input without a word", card([input("a", { isRequired: true })]), /missing/],
    ["nothing to see", card([]), /shows nothing/],
  ])("%s is refused", (_what, content, reason) => {
    expect(checkCard(content).join("\n")).toMatch(reason);
  });

  test("a bad card is refused when it is posted, and fails the test at its end", async () => {
    const other = await startTeams();
    const bad = await startTinyApp(other);
    const place = other.addChannel("other").id;
    const seven = withCard(card([buttons(...labels(7))]));

    await expect(bad.post(place, seven)).rejects.toThrow("400");
    await expect(bad.post(place, withCard(card([input("a"), input("a")])))).rejects.toThrow("400");
    await bad.close();
    await expect(other.close()).rejects.toThrow(/got 7[\s\S]*duplicate input id: a/);
  });
});

describe("the connector", () => {
  test("takes a good post, and remembers it in its thread", async () => {
    const root = await app.post(channel, { text: "root" });
    await app.post(`${channel};messageid=${root}`, { text: "reply" });
    const opened = await app.call("POST", "conversations", {
      isGroup: true,
      channelData: { channel: { id: channel } },
      activity: message({ text: "new" }),
    });

    expect(teams.world.messages.map((one) => one.threadOf)).toEqual([null, root, null]);
    expect(opened.body.id).toBe(`${channel};messageid=${opened.body.activityId}`);
  });

  test("refuses what is too large, empty, unknown or elsewhere", async () => {
    expect(await post(channel, message({ text: "x".repeat(50_000) }))).toBe("201");
    expect(await post(channel, message({ text: "x".repeat(51_200) }))).toBe(
      "413 MessageSizeTooBig",
    );
    expect(await post("19:nowhere@thread.tacv2", message({ text: "x" }))).toBe(
      "404 ConversationNotFound",
    );
    expect(await post(channel, { type: "poke" })).toBe("400 BadArgument");
    expect(await post(channel, message({ text: " " }))).toBe("400 BadArgument");
    expect((await app.call("GET", "conversations")).status).toBe(404);
    expect(teams.takeFaults()).toEqual([
      "a message without text or card",
      "Teams has no GET /teams/v3/conversations",
    ]);
  });

  test("opens the chat of a person once, by either id", async () => {
    const open = async (id: string, tenantId = teams.tenantId): Promise<unknown> =>
      (await app.call("POST", "conversations", { members: [{ id }], tenantId })).body.id;

    expect(await open(DANA)).toBe(teams.personalChat(DANA).id);
    expect(await open(dana.user.mri)).toBe(teams.personalChat(DANA).id);
    expect(await open("29:nobody")).toBeUndefined();
    expect(await open(DANA, "another-tenant")).toBeUndefined();
    teams.addUser("outside", { inTeam: false });
    const members = [{ id: "outside" }];
    const refused = await app.call("POST", "conversations", { members, tenantId: teams.tenantId });
    expect(codeOf(refused.body)).toBe("ForbiddenOperationException");
  });

  test("shows a targeted message to one person, who is in a group", async () => {
    const recipient = { id: dana.user.mri, isTargeted: true };
    const targeted = message({ text: "between us", recipient });
    const omar = teamsPerson({ teams, url: app.url, user: OMAR });
    const secret = teams.addChannel("secret", { members: [OMAR] }).id;
    const only = "?isTargetedActivity=true";

    expect(await post(channel, targeted, only)).toBe("201");
    expect(dana.shown.map((one) => one.text)).toEqual(["between us"]);
    expect(omar.shown).toEqual([]);
    expect(await post(secret, targeted, only)).toBe("400 BadArgument");
    expect(await post(teams.personalChat(DANA).id, targeted, only)).toBe("400 BadArgument");
    expect(await post(channel, message({ text: "x" }), only)).toBe("400 BadArgument");
    expect(await post(channel, targeted)).toBe("400 BadArgument");
    expect(teams.takeFaults()).toHaveLength(1);
    teams.world.targeted = false;
    expect(await post(channel, targeted, only)).toBe("400 BadArgument");
  });

  test("edits and deletes what the app posted, and nothing else", async () => {
    const change = async (id: string, activity: Json, query = ""): Promise<unknown> => {
      const { status, body } = await app.call(
        "PUT",
        `${activities(channel)}/${id}${query}`,
        activity,
      );
      return codeOf(body) ?? status;
    };
    const id = await app.post(channel, { text: "one" });
    const recipient = { id: DANA };
    const path = `${activities(channel)}?isTargetedActivity=true`;
    const secret = await app.call("POST", path, message({ text: "for you", recipient }));
    const own = String(secret.body.id);
    const targeted = "?isTargetedActivity=true";

    expect(await change(id, message({ text: "two" }))).toBe(200);
    expect(await change(own, message({ text: "two" }))).toBe("ActivityNotFoundInConversation");
    expect(await change(own, message({ text: "two", recipient }), targeted)).toBe("BadArgument");
    expect(await change(own, message({ text: "two" }), targeted)).toBe(200);
    expect(dana.shown.map((one) => one.text)).toEqual(["two", "two"]);
    await app.call("DELETE", `${activities(channel)}/${id}`);
    expect(await change(id, message({ text: "three" }))).toBe("ActivityNotFoundInConversation");
  });

  test("tells who somebody is, as long as they are there", async () => {
    const guest = teams.addUser("guest", { name: "Grace Foster", kind: "guest" });
    const ask = async (id: string): Promise<Json> =>
      (await app.call("GET", `conversations/${encodeURIComponent(channel)}/members/${id}`)).body;

    expect(await ask(DANA)).toMatchObject({
      id: dana.user.mri,
      aadObjectId: DANA,
      givenName: "Dana",
      surname: "Whitfield",
      email: "dana.whitfield@cleargate.example",
      tenantId: teams.tenantId,
      userRole: "user",
    });
    expect(await ask(guest.mri)).toMatchObject({ userRole: "guest" });
    guest.deactivated = true;
    expect(codeOf(await ask(guest.mri))).toBe("MemberNotFoundInConversation");
    const page = `conversations/${encodeURIComponent(channel)}/pagedmembers?pageSize=1`;
    const first = (await app.call("GET", page)).body;
    const rest = `${page}&continuationToken=${encodeURIComponent(String(first.continuationToken))}`;
    const last = (await app.call("GET", rest)).body;
    expect([first.members, last.members].flat()).toMatchObject([
      { objectId: DANA },
      { objectId: OMAR },
    ]);
    expect(last.continuationToken).toBeUndefined();
  });

  test("takes nothing more from an app that was blocked or removed", async () => {
    await dana.uninstall();
    await dana.uninstall("personal");
    const refused = await app.call("POST", activities(channel), message({ text: "x" }));

    expect(refused.status).toBe(403);
    expect(JSON.stringify(refused.body)).toContain("MessageWritesBlocked");
    expect(await post(teams.personalChat(DANA).id, message({ text: "x" }))).toBe("403 Forbidden");
    await dana.install();
    expect(await post(channel, message({ text: "x" }))).toBe("201");
    expect(app.heard.map(({ type }) => type)).toEqual(
      Array.from({ length: 3 }, () => ["conversationUpdate", "installationUpdate"]).flat(),
    );
  });

  test("fails on demand, for so many calls or in one conversation", async () => {
    const say = message({ text: "x" });
    teams.misbehave("post", { kind: "rate_limited", retryAfterSeconds: 3 }, { times: 2 });
    const refused = await app.call("POST", activities(channel), say);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "3"]);
    expect(await post(channel, say)).toBe("429 Throttled");
    teams.misbehave("*", { kind: "status", status: 412 }, { conversation: channel });
    expect(await post(teams.personalChat(DANA).id, say)).toBe("201");
    expect(await post(channel, say)).toBe("412 PreconditionFailed");
    for (const kind of ["hang", "reset", "lose_reply"] as const) {
      teams.misbehave("post", { kind });
      await expect(post(channel, say)).rejects.toThrow();
    }
    expect(dana.shown).toHaveLength(2);
    expect(teams.callsOf("post").map(({ status }) => status)).toEqual([
      429,
      429,
      201,
      412,
      null,
      null,
      201,
    ]);
  });

  test("refuses the eighth post of a second in one thread, when told to", async () => {
    teams.world.rates = true;
    const statuses = [];
    for (let n = 0; n < 8; n += 1) statuses.push(await post(channel, message({ text: "x" })));

    expect(statuses.at(-1)).toBe("429 Throttled");
    expect(await post(teams.personalChat(DANA).id, message({ text: "x" }))).toBe("201");
  });
});
