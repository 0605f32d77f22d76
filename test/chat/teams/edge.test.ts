/** What comes to the Teams door and must change nothing: tokens of others, other tenants, odd cards, repeats, long texts. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTeamsStage, type TeamsStage } from "../../scenarios/teams-stage.ts";
import { createDatabase } from "../../support/database.ts";
import { asObject, type Json } from "../../support/slack/checks/parts.ts";
import { type TeamsPerson, teamsPerson } from "../../support/teams/driver/person.ts";
import type { TokenChanges } from "../../support/teams/tokens.ts";

const { ownerUrl, asOwner } = await createDatabase();
let stage: TeamsStage;
let engineer: TeamsPerson;
/** A press of a button that works when it is sent as it is. */
let press: Json;

beforeAll(async () => {
  stage = await openTeamsStage(ownerUrl);
}, 120_000);
afterAll(async () => {
  await stage.stop();
});

beforeEach(async () => {
  const { teams, running, userIds } = stage;
  const channel = teams.addChannel(`room-${Math.random().toString(36).slice(2)}`);
  engineer = teamsPerson({
    ...{ teams, url: running.url },
    ...{ user: userIds.engineer, conversation: channel.id },
  });
  await engineer.say("help");
  await running.settled();
  await engineer.sees(/start/);
  press = engineer.activityOf(/./);
});

function part(value: unknown): Json {
  const object = asObject(value);
  if (!object) throw new Error("there is no such part");
  return object;
}

/** Everything that people and the product wrote, apart from who was seen when. */
async function record(): Promise<unknown> {
  return await asOwner(
    `select (select count(*) from migrations) as migrations, (select count(*) from outbox) as outbox,
       (select count(*) from role_grants) as roles, (select count(*) from sign_offs) as signed`,
  );
}

async function unchanged(deed: () => Promise<unknown>): Promise<void> {
  const before = await record();
  await deed();
  await stage.running.settled();
  expect(await record()).toEqual(before);
}

describe("a request with", () => {
  const late = Math.floor(Date.now() / 1_000) - 3_600;

  test.each<[string, TokenChanges | null]>([
    ["no token", null],
    ["a token of another key", { key: "stray" }],
    ["a token of a key that is not for Teams", { key: "unendorsed" }],
    ["a token of a key that nobody published", { keyId: "unknown" }],
    ["a token that is not signed", { algorithm: "none" }],
    ["a token for another bot", { claims: { aud: "6fa459ea-ee8a-3ca4-894e-db77e160355e" } }],
    ["a token of another issuer", { claims: { iss: "https://sts.windows.net/evil/" } }],
    ["a token that has ended", { claims: { nbf: late - 3_600, exp: late } }],
    ["a token for another address", { claims: { serviceurl: "https://evil.example/" } }],
  ])("%s is refused, and nobody is told anything", async (_what, token) => {
    const said = stage.teams.world.messages.length;

    await unchanged(async () => {
      const answer = await engineer.deliver(press, { token });
      expect([answer.status, answer.text]).toEqual([401, ""]);
    });

    expect(stage.teams.world.messages).toHaveLength(said);
  });

  test("a good token for an address that is not Microsoft's is refused, and nothing is sent there", async () => {
    const serviceUrl = "https://evil.example/";

    await unchanged(async () => {
      const token = { claims: { serviceurl: serviceUrl } };
      const answer = await engineer.deliver({ ...press, serviceUrl }, { token });
      expect(answer.status).toBe(401);
    });
  });

  test("another channel's activity under a good token is refused", async () => {
    expect((await engineer.deliver({ ...press, channelId: "directline" })).status).toBe(401);
  });
});

describe("what is answered clearly, and changes nothing", () => {
  test.each<[string, (data: Json) => Json]>([
    ["a card of nobody's", () => ({ something: "else" })],
    ["a command that does not exist", () => ({ cleargate: { deed: { type: "OpenGate" } } })],
    [
      "a command with more than it takes",
      () => ({ cleargate: { deed: { type: "OpenHome", admin: true } } }),
    ],
    ["a list instead of data", () => ({ ...[1, 2] })],
    [
      "an id that is none",
      () => ({ cleargate: { deed: { type: "ShowStatus", migration: "1 or 1=1" } } }),
    ],
  ])("%s", async (_what, change) => {
    const value = part(press.value);
    const action = part(value.action);
    const data = change(part(action.data));

    await unchanged(async () => {
      const answer = await engineer.deliver({
        ...press,
        id: `${press.id}x`,
        value: { action: { ...action, data } },
      });
      expect(answer.status).toBe(200);
      expect(answer.body?.value).toContain("out of date");
    });
  });

  test("data with a prototype of its own change nobody's", async () => {
    const value = part(press.value);
    const text = JSON.stringify({ ...press, id: "proto", value }).replace(
      '"cleargate":',
      '"__proto__":{"admin":true},"cleargate":',
    );

    const answer = await engineer.deliver(JSON.parse(text) as Json);

    expect(answer.status).toBe(200);
    expect(Object.hasOwn(Object.prototype, "admin")).toBe(false);
    expect(({} as Json).admin).toBeUndefined();
  });

  test("another tenant's people", async () => {
    const foreign = "99999999-ee8a-3ca4-894e-db77e160355e";
    const from = {
      conversation: { ...part(press.conversation), tenantId: foreign },
      channelData: { ...part(press.channelData), tenant: { id: foreign } },
    };

    await unchanged(async () => {
      const answer = await engineer.deliver({ ...press, ...from, id: "foreign" });
      expect(answer.body?.value).toContain("Only people of the workspace");
    });
  });

  test("somebody whom the directory does not name", async () => {
    const { aadObjectId: _nobody, ...from } = part(press.from);

    await unchanged(async () => {
      const answer = await engineer.deliver({ ...press, from, id: "nobody" });
      expect(answer.body?.value).toContain("Only people can use this");
    });
  });

  test("two hundred thousand characters", async () => {
    await unchanged(async () => {
      await engineer.say("a".repeat(200_000));
      await stage.running.settled();
      await engineer.sees(/did not understand|not understood|I don't know|do not know/i);
    });
  });

  test("more than the door takes", async () => {
    await unchanged(async () => {
      const answer = await engineer.deliver({ ...press, text: "a".repeat(600_000) });
      expect(answer.status).toBe(413);
    });
  });

  test("an invoke of another kind is not ours", async () => {
    expect((await engineer.deliver({ ...press, id: "task", name: "task/fetch" })).status).toBe(501);
  });

  test("an activity without its parts", async () => {
    expect(
      (
        await engineer.deliver({
          type: "message",
          serviceUrl: press.serviceUrl,
          channelId: "msteams",
        })
      ).status,
    ).toBe(400);
  });
});

test("the same message again has one effect and one answer", async () => {
  const start = {
    ...press,
    type: "message",
    id: "once",
    name: undefined,
    value: undefined,
    text: "status",
  };
  await engineer.deliver(start);
  await stage.running.settled();
  const said = stage.teams.world.messages.length;

  const answers = await Promise.all([engineer.deliver(start), engineer.deliver(start)]);
  await stage.running.settled();

  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(stage.teams.world.messages).toHaveLength(said);
});
