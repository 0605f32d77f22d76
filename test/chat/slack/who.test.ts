/** Who somebody is, from where a request comes, and what doctor says about the set-up. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Profile } from "../../../src/domain/people/person.ts";
import { httpDoor } from "../../support/slack/driver/door.ts";
import { type Rig, startRig, WORKSPACE } from "../../support/slack/rig.ts";
import type { SlackUser } from "../../support/slack/world.ts";

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.close());

function lookUp(userId: string, on: Rig = rig): Promise<Profile | null> {
  const identity = { surface: "slack", workspaceId: WORKSPACE, workspaceRef: "T", userId } as const;
  return on.surface.directory.lookUp(identity);
}

describe("the directory", () => {
  test("describes a member", async () => {
    rig.slack.addUser("U0DANA", {
      name: "Dana Ortiz",
      email: "dana@cleargate.example",
      isAdmin: true,
    });

    expect(await lookUp("U0DANA")).toEqual({
      name: "Dana Ortiz",
      email: "dana@cleargate.example",
      emailConfirmed: true,
      timeZone: "America/New_York",
      kind: "member",
      isAdministrator: true,
    });
  });

  test.each<[string, Partial<SlackUser>, Profile["kind"]]>([
    ["a guest", { kind: "guest" }, "guest"],
    ["somebody of another company", { kind: "stranger" }, "external"],
    ["a member of another workspace", { teamId: "T0ELSEWHERE" }, "external"],
    ["a bot", { kind: "bot" }, "bot"],
    ["a deactivated member", { deleted: true }, "deactivated"],
    ["a deactivated guest", { deleted: true, kind: "guest" }, "deactivated"],
    ["a guest of another company", { kind: "guest", teamId: "T0ELSEWHERE" }, "external"],
  ])("knows %s", async (_who, user, kind) => {
    rig.slack.addUser("U0SOME", { ...user, isAdmin: true });

    const profile = await lookUp("U0SOME");

    expect(profile?.kind).toBe(kind);
    expect(profile?.isAdministrator).toBe(false);
  });

  test("says that an address is not confirmed", async () => {
    rig.slack.addUser("U0DANA", { emailConfirmed: false });

    expect((await lookUp("U0DANA"))?.emailConfirmed).toBe(false);
  });

  test("has no address without its scope", async () => {
    rig.slack.addUser("U0DANA");
    rig.slack.scopes.delete("users:read.email");

    expect((await lookUp("U0DANA"))?.email).toBeNull();
  });

  test("takes an unknown time zone for UTC", async () => {
    rig.slack.addUser("U0DANA", { tz: "Mars/Olympus" });

    expect((await lookUp("U0DANA"))?.timeZone).toBe("UTC");
  });

  test.each([
    ["a missing scope", { kind: "error", error: "missing_scope" }],
    ["an unknown person", { kind: "error", error: "user_not_found" }],
    ["a rate limit", { kind: "rate_limited", retryAfterSeconds: 30 }],
    ["a 500", { kind: "status", status: 500 }],
    ["silence", { kind: "hang" }],
  ] as const)("answers nothing within 1.7 seconds after %s", async (_what, mood) => {
    rig.slack.addUser("U0DANA");
    rig.slack.misbehave("users.info", mood);

    const started = Date.now();
    expect(await lookUp("U0DANA")).toBeNull();
    expect(Date.now() - started).toBeLessThan(1_700);
    expect(rig.logged.some(({ event }) => event === "slack_refused")).toBe(true);
  });

  test("believes a request that names another home workspace", async () => {
    const lena = rig.person("U0LENA");
    rig.answer({
      kind: "show",
      message: {
        headline: "x",
        sections: [{ actions: [{ label: "Go", command: { type: "OpenHome" } }] }],
      },
    });
    await lena.command("/compliance");
    expect((await lookUp("U0LENA"))?.kind).toBe("member");
    const payload = { ...lena.payloadOf("Go"), user: { id: "U0LENA", team_id: "T0ELSEWHERE" } };

    await httpDoor(rig.slack, rig.url).interact(payload);

    expect((await lookUp("U0LENA"))?.kind).toBe("external");
  });
});

describe("an organisation-wide installation", () => {
  let grid: Rig;
  beforeEach(async () => {
    grid = await startRig({ enterpriseId: "E0CLEAR01" });
  });
  afterEach(() => grid.close());

  test("names people and places by the organisation, without any team in the request", async () => {
    const dana = grid.person("W0DANA");
    grid.answer({
      kind: "show",
      message: {
        headline: "x",
        sections: [{ actions: [{ label: "Go", command: { type: "OpenHome" } }] }],
      },
    });
    await dana.command("/compliance");

    await dana.click("Go");
    await dana.openHome();

    expect(dana.payloadOf("Go").team).toBeNull();
    expect(grid.heard.map(({ identity }) => identity.workspaceRef)).toEqual(
      Array(3).fill("E0CLEAR01"),
    );
  });

  test("knows its own people and those of others", async () => {
    grid.slack.addUser("W0DANA");
    grid.slack.addUser("W0ELSE", { teamId: "T0ELSEWHERE" });

    expect((await lookUp("W0DANA", grid))?.kind).toBe("member");
    expect((await lookUp("W0ELSE", grid))?.kind).toBe("external");
  });
});

describe("doctor", () => {
  const examine = async () =>
    (await Promise.all(rig.surface.examinations.map((look) => look()))).flat();

  test("finds nothing wrong with a sound set-up", async () => {
    const findings = await examine();

    expect(findings.filter(({ ok }) => !ok)).toEqual([]);
    expect(findings.map(({ check }) => check)).toEqual([
      "slack_token",
      "slack_scopes",
      "slack_secrets",
    ]);
  });

  test("names the scopes that are missing", async () => {
    rig.slack.scopes.delete("im:write");
    rig.slack.scopes.delete("files:read");

    const finding = (await examine()).find(({ check }) => check === "slack_scopes");

    expect(finding?.ok).toBe(false);
    expect(finding?.says).toBe("The app lacks files:read, im:write.");
    expect(finding?.fix).toContain("manifest.yml");
  });

  test.each([
    ["invalid_auth", { kind: "error", error: "invalid_auth" }, "does not accept the token"],
    ["an unreachable Slack", { kind: "reset" }, "unknown"],
  ] as const)("says what to do about %s", async (_what, mood, says) => {
    rig.slack.misbehave("auth.test", mood);

    const [finding] = await examine();

    expect(finding?.ok).toBe(false);
    expect(finding?.says).toContain(says);
    expect(finding?.fix).toMatch(/^[A-Z].+\.$/);
  });
});
