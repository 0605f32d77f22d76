/** Which token is used where: of several workspaces, of none, and while Slack has not said whose one is. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { Sender } from "../../../../src/app/ports.ts";
import { createTroubles } from "../../../../src/chat/slack/api/troubles.ts";
import { createDirectory } from "../../../../src/chat/slack/directory.ts";
import {
  type Connections,
  createConnections,
} from "../../../../src/chat/slack/install/connections.ts";
import { installedRefOf, originOf } from "../../../../src/chat/slack/install/origin.ts";
import type { Installed, SlackInstallations } from "../../../../src/chat/slack/install/ports.ts";
import { createSender } from "../../../../src/chat/slack/sender.ts";
import { Instant, OrganisationId, WorkspaceId } from "../../../../src/domain/ids.ts";
import { type SlackStandIn, startSlack } from "../../../support/slack/stand-in.ts";

const slack = await startSlack();
afterAll(() => slack.close());

const OWN = WorkspaceId.parse(randomUUID());
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

let reads = 0;
let all: Installed[] = [];
let removed: Parameters<SlackInstallations["remove"]>[0][] = [];
let bravo: SlackStandIn;
let delta: SlackStandIn;

function installed(team: SlackStandIn, given: Partial<Installed> = {}): Installed {
  return {
    organisationId: OrganisationId.parse(randomUUID()),
    workspaceId: WorkspaceId.parse(randomUUID()),
    workspaceRef: team.world.teamId,
    enterpriseId: null,
    isOrgWide: false,
    appId: "A0CLEAR001",
    botUserId: "UBOT00001",
    installedAt: Instant.parse("2026-03-02T09:00:00.000Z"),
    botToken: give(team),
    ...given,
  };
}

/** A token of the workspace, as an installation gives it. */
function give(team: SlackStandIn): string {
  const url = new URL(`${slack.origin}/oauth/v2/authorize`);
  const asked = { client_id: "1234567890.9876543210", scope: "x", redirect_uri: "y", state: "z" };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  const back = slack.oauth.allow(url.href, { team, by: "U0OLGA" });
  const code = new URLSearchParams(back.split("?")[1]).get("code");
  slack.oauth.exchange({
    client_id: asked.client_id,
    client_secret: "5f2b8c1de9a04737b6d1c2e8f9a0b1c2",
    redirect_uri: "y",
    code,
  });
  return team.botToken;
}

const installations: Pick<SlackInstallations, "ofRef" | "ofWorkspace" | "remove"> = {
  ofRef: async (ref) => {
    reads++;
    return all.find(({ workspaceRef }) => workspaceRef === ref) ?? null;
  },
  ofWorkspace: async (id) => all.find(({ workspaceId }) => workspaceId === id) ?? null,
  remove: async (removal) => {
    removed.push(removal);
    return true;
  },
};
const never = async (): Promise<never> => {
  throw new Error("not asked for here");
};

function connect(botToken: string | null, several = true): Connections {
  return createConnections({
    botToken,
    installations: several
      ? { ...installations, start: never, take: never, refs: never, appIds: never, install: never }
      : null,
    workspaceOf: async () => OWN,
    troubles: createTroubles(log),
    apiUrl: slack.apiUrl,
    log,
  });
}

let count = 0;
beforeEach(() => {
  slack.behave();
  count++;
  bravo = slack.addTeam({ id: `T0BRAVO${count}`, name: "Bravo" });
  delta = slack.addTeam({ id: `T0DELTA${count}`, name: "Delta" });
  all = [installed(bravo), installed(delta)];
  removed = [];
  reads = 0;
});

const from = (team: SlackStandIn) => ({ teamId: team.world.teamId, enterpriseId: null });

describe("a request", () => {
  test("meets the token of its workspace", async () => {
    const connections = connect(slack.botToken);

    const found = [from(bravo), from(delta), from(slack)].map((one) => connections.ofOrigin(one));

    const tokens = (await Promise.all(found)).map((one) => one?.botToken);
    expect(tokens).toEqual([bravo.botToken, delta.botToken, slack.botToken]);
  });

  test("of another workspace meets none", async () => {
    const elsewhere = { teamId: "T0ELSE", enterpriseId: null };

    expect(await connect(slack.botToken).ofOrigin(elsewhere)).toBeNull();
    expect(await connect(null).ofOrigin(elsewhere)).toBeNull();
    expect(await connect(null).ofOrigin({ teamId: null, enterpriseId: null })).toBeNull();
  });

  test("meets the organisation's token only when it is installed for all of it", async () => {
    const wide = installed(bravo, { workspaceRef: "E0", enterpriseId: "E0", isOrgWide: true });
    const origin = { teamId: "T0ANY", enterpriseId: "E0" };

    all = [wide];
    expect((await connect(null).ofOrigin(origin))?.botToken).toBe(wide.botToken);
    all = [{ ...wide, isOrgWide: false }];
    expect(await connect(null).ofOrigin(origin)).toBeNull();
  });

  test("waits until Slack has said whose the configured token is, and does not meet it before", async () => {
    const connections = connect(slack.botToken);
    slack.misbehave("auth.test", { kind: "reset" }, { times: 2 });

    await expect(connections.ofOrigin({ teamId: "T0ELSE", enterpriseId: null })).rejects.toThrow(
      "whose SLACK_BOT_TOKEN is",
    );
    expect((await connections.ofOrigin(from(bravo)))?.botToken).toBe(bravo.botToken);
    expect((await connections.ofOrigin(from(slack)))?.botToken).toBe(slack.botToken);
  });

  test("keeps its token for a moment, and reads it anew when it is forgotten", async () => {
    const connections = connect(null);
    const first = await connections.ofOrigin(from(bravo));
    expect(await connections.ofOrigin(from(bravo))).toBe(first);
    expect(reads).toBe(1);
    all = [installed(bravo, { workspaceId: all[0]?.workspaceId ?? OWN })];

    connections.forget(bravo.world.teamId);

    expect((await connections.ofOrigin(from(bravo)))?.botToken).toBe(bravo.botToken);
    expect(first?.botToken).not.toBe(bravo.botToken);
  });
});

describe("what is known of people", () => {
  test("a stranger in one workspace may be at home in another", async () => {
    const connections = connect(slack.botToken);
    bravo.addUser("U0SAM", { name: "Sam of Bravo" });
    delta.addUser("U0SAM", { name: "Sam of Delta" });
    (await connections.ofOrigin(from(delta)))?.foreigners.note("U0SAM");
    const directory = createDirectory(connections, log);

    const profiles = await Promise.all(
      all.map(({ workspaceId, workspaceRef }) =>
        directory.lookUp({ surface: "slack", workspaceId, workspaceRef, userId: "U0SAM" }),
      ),
    );

    expect(profiles.map((one) => [one?.name, one?.kind])).toEqual([
      ["Sam of Bravo", "member"],
      ["Sam of Delta", "external"],
    ]);
  });

  test("nobody is known where the app is not installed", async () => {
    const directory = createDirectory(connect(null), log);
    const workspaceId = WorkspaceId.parse(randomUUID());
    const from = slack.calls.length;

    expect(
      await directory.lookUp({ surface: "slack", workspaceId, workspaceRef: "T", userId: "U" }),
    ).toBeNull();
    expect(slack.calls.length).toBe(from);
  });
});

describe("a delivery", () => {
  const toPerson = (workspaceId: WorkspaceId): Parameters<Sender["send"]>[0] => ({
    to: {
      kind: "person",
      identity: { surface: "slack", workspaceId, workspaceRef: "any", userId: "U0SAM" },
    },
    message: { headline: `For ${workspaceId}` },
    edit: null,
    attempt: randomUUID(),
    uncertain: false,
    lane: "interactive",
  });
  const senderOf = (connections: Connections) =>
    createSender({ connections, apiUrl: slack.apiUrl, log, peopleOf: async () => [] });

  test("goes to the direct channel that the person has in that workspace", async () => {
    const sender = senderOf(connect(null));
    bravo.addUser("U0SAM");
    delta.addUser("U0SAM");
    // The same id, another direct channel.
    for (let skip = 0; skip < 5; skip++) delta.world.nextId("D");

    const sent = [];
    for (const { workspaceId } of all) sent.push(await sender.send(toPerson(workspaceId)));

    expect(sent.map(({ outcome }) => outcome)).toEqual(["sent", "sent"]);
    const texts = [bravo, delta].map(({ world }) => world.messages.map(({ text }) => text));
    expect(texts).toEqual(all.map(({ workspaceId }) => [`For ${workspaceId}`]));
  });

  test.each([
    ["with several workspaces", true],
    ["with one", false],
  ])("to a workspace without the app is given up with a sentence, %s", async (_what, several) => {
    const sender = senderOf(connect(slack.botToken, several));
    await sender.send(toPerson(OWN));
    const from = slack.calls.length;

    const sent = await sender.send(toPerson(WorkspaceId.parse(randomUUID())));

    expect(sent).toEqual({
      outcome: "failed",
      why: expect.stringContaining("not installed in this Slack workspace any more"),
    });
    expect(slack.calls.length).toBe(from);
  });

  test("waits when nobody can say whether the configured token is meant", async () => {
    const sender = senderOf(connect(slack.botToken));
    slack.misbehave("auth.test", { kind: "reset" });

    const sent = await sender.send(toPerson(WorkspaceId.parse(randomUUID())));

    expect(sent.outcome).toBe("retry");
  });

  test.each(["reset", "hang"] as const)(
    "by the only token there is does not wait for that (%s)",
    async (kind) => {
      slack.addUser("U0SAM");
      const sender = senderOf(connect(slack.botToken, false));
      slack.misbehave("auth.test", { kind });
      const started = performance.now();

      expect((await sender.send(toPerson(OWN))).outcome).toBe("sent");
      expect(performance.now() - started).toBeLessThan(1_500);
    },
  );

  test("that Slack refuses for a dead token takes the installation away, of that age only", async () => {
    bravo.addUser("U0SAM");
    slack.oauth.uninstall(bravo);
    const [{ workspaceId, installedAt } = installed(bravo)] = all;

    const sent = await senderOf(connect(null)).send(toPerson(workspaceId));

    expect(sent.outcome).toBe("failed");
    expect(removed).toEqual([
      { workspaceRef: bravo.world.teamId, why: "token_refused", notAfter: installedAt },
    ]);
  });
});

describe("the origin of a payload", () => {
  test.each<[string, object, string | null, string | null, string | null]>([
    [
      "a command",
      { team_id: "T1", enterprise_id: "E1", is_enterprise_install: "false" },
      "T1",
      "E1",
      "T1",
    ],
    [
      "a command in a grid",
      { team_id: "T1", enterprise_id: "E1", is_enterprise_install: "true" },
      "T1",
      "E1",
      "E1",
    ],
    [
      "a click",
      { team: { id: "T1" }, enterprise: null, user: { team_id: "T2" } },
      "T1",
      null,
      "T1",
    ],
    [
      "a click in a grid",
      { team: null, enterprise: { id: "E1" }, is_enterprise_install: true },
      null,
      "E1",
      "E1",
    ],
    [
      "an event",
      { team_id: "T2", authorizations: [{ team_id: "T1", enterprise_id: null }] },
      "T1",
      null,
      "T1",
    ],
    ["a foreign shape", { team: 7, team_id: {}, authorizations: "x" }, null, null, null],
    ["nothing", {}, null, null, null],
  ])("%s", (_what, body, teamId, enterpriseId, ref) => {
    expect(originOf(body)).toEqual({ teamId, enterpriseId });
    expect(installedRefOf(body)).toBe(ref);
  });
});
