/** Several workspaces side by side in the running product: each is answered with its own token, and with no other. */
import { beforeAll, describe, expect, test } from "vitest";
import { buildCore } from "../../../../src/build.ts";
import { WorkspaceId } from "../../../../src/domain/ids.ts";
import { serve } from "../../../../src/serve.ts";
import { openSurfaces } from "../../../../src/surfaces.ts";
import { writeKeys } from "../../../store/encryption/keys.ts";
import { httpDoor, socketDoor } from "../../../support/slack/driver/door.ts";
import { type SlackPerson, slackPerson } from "../../../support/slack/driver/person.ts";
import type { SlackStandIn } from "../../../support/slack/stand-in.ts";
import { removalEvent } from "../../../support/slack/teams.ts";
import { openGround, PUBLIC_URL, until } from "./ground.ts";

const ground = await openGround();
const { slack, running, asOwner, addTeam, install, olgaOf, startMigration, tokensSince } = ground;
const { configOf, log, logged, installing } = ground;

const said = (person: SlackPerson) =>
  person
    .inChannel()
    .map(({ text }) => text)
    .join("\n");

describe("two workspaces side by side", () => {
  let bravo: SlackStandIn;
  let delta: SlackStandIn;
  beforeAll(async () => {
    [bravo, delta] = [addTeam("T0BRAVO01"), addTeam("T0DELTA01")];
    await install(bravo);
    await install(delta);
  });

  test("commands, forms, clicks, posts and home tabs go with the token of their own", async () => {
    const [here, there] = [olgaOf(bravo), olgaOf(delta)];
    const from = slack.calls.length;

    await startMigration(here, "Northside Clinic");
    await until(() => bravo.world.messages.length > 1);
    await here.openHome();

    expect(tokensSince(from)).toEqual(new Set([bravo.botToken]));
    expect(said(here)).toContain("Northside Clinic");
    expect(here.home?.text).toContain("Northside Clinic");
    expect([delta.world.messages, slack.world.messages]).toEqual([[], []]);

    const then = slack.calls.length;
    await startMigration(there, "Harbor Bank");
    await until(() => delta.world.messages.length > 1);

    expect(tokensSince(then)).toEqual(new Set([delta.botToken]));
    expect(said(there)).toContain("Harbor Bank");
    expect(JSON.stringify([...delta.world.shown])).not.toContain("Northside");
    expect(bravo.botToken).not.toBe(delta.botToken);
  });

  test("the same ids mean other people and other channels", async () => {
    const names = await asOwner(
      `select w.ref, p.name from people p
       join identities i on i.person_id = p.id join workspaces w on w.id = i.workspace_id
       where i.user_id = 'U0OLGA' and w.ref in ('T0BRAVO01', 'T0DELTA01') order by w.ref`,
    );

    expect(names).toEqual([
      { ref: "T0BRAVO01", name: "Olga of T0BRAVO01" },
      { ref: "T0DELTA01", name: "Olga of T0DELTA01" },
    ]);
    const organisations = await asOwner(
      "select count(distinct organisation_id)::int as n from workspaces where ref in ('T0BRAVO01', 'T0DELTA01')",
    );
    expect(organisations).toEqual([{ n: 2 }]);
  });

  test("a file is read with the token of the workspace where it was dropped", async () => {
    const here = olgaOf(bravo);
    await startMigration(here, "Westside Clinic");

    const dropped = await here.dropFile({ name: "baa.pdf", content: "A signed agreement." });
    await running.settled();

    expect(dropped.status).toBe(200);
    expect(JSON.stringify(logged)).not.toContain("slack_request_failed");
  });

  test("the single workspace's token works beside them as before", async () => {
    const own = olgaOf(slack);
    const from = slack.calls.length;

    await startMigration(own, "Eastside Clinic");
    await until(() => slack.world.messages.length > 1);

    expect(tokensSince(from)).toEqual(new Set([slack.botToken]));
    expect(said(own)).toContain("Eastside Clinic");
  });

  test("doctor knows of them", async () => {
    const findings = (
      await Promise.all(running.core.deps.examinations.map((look) => look()))
    ).flat();

    expect(findings.find(({ check }) => check === "encryption_keys")).toMatchObject({
      ok: true,
      says: "Every Slack token is under the newest key (2).",
    });
    expect(findings.find(({ check }) => check === "slack_token")?.ok).toBe(true);
  });
});

describe("a workspace without the app", () => {
  test("hears where to install it, in the answer itself, and nothing is posted", async () => {
    const nobody = olgaOf(addTeam("T0NOBODY1"));
    const from = slack.calls.length;

    const answer = await nobody.command("/compliance start Northside Clinic, hospital");

    expect(answer.text).toContain("Cleargate is not installed in this workspace");
    expect(answer.text).toContain(`${PUBLIC_URL}/slack/install`);
    expect(slack.calls.slice(from)).toEqual([]);
    expect(await asOwner("select 1 from workspaces where ref = 'T0NOBODY1'")).toEqual([]);
  });

  test("hears it after a click and in a form, and its events are passed by", async () => {
    const team = addTeam("T0NOBODY2");
    const nobody = olgaOf(team);
    await nobody.command("/compliance");
    const door = httpDoor(team, `${running.url}/slack/events`);
    const sent = { team: { id: "T0NOBODY2" }, user: { id: "U0OLGA", team_id: "T0NOBODY2" } };
    const from = slack.calls.length;
    team.world.responseUrls.set("R1", {
      user: "U0OLGA",
      channel: "C00000001",
      issuedAt: Date.now(),
      messageTs: null,
      uses: 0,
    });

    const view = await door.interact({
      ...sent,
      type: "view_submission",
      view: { id: "V1", type: "modal", state: { values: {} } },
    });
    await door.interact({
      ...sent,
      type: "block_actions",
      response_url: `${team.origin}/response/R1`,
      actions: [{ action_id: "x", type: "button", value: "{}" }],
    });
    const home = await nobody.openHome();
    await running.settled();

    expect(view.text).toContain("not installed in this workspace");
    expect(nobody.ephemerals.at(-1)?.text).toContain("/slack/install");
    expect(home.status).toBe(200);
    expect(slack.calls.slice(from)).toEqual([]);
  });
});

describe("an organisation-wide installation", () => {
  test("answers every workspace of the organisation with one token", async () => {
    const grid = addTeam("T0GRID0001", { enterpriseId: "E0GRID0001", isOrgWide: true });
    await install(grid);
    const olga = olgaOf(grid);
    const from = slack.calls.length;

    await startMigration(olga, "Northside Clinic");
    await until(() => grid.world.messages.length > 0);

    expect(tokensSince(from)).toEqual(new Set([grid.botToken]));
    const [identity] = await asOwner(
      `select w.id from workspaces w join identities i on i.workspace_id = w.id
       where w.ref = 'E0GRID0001' and i.user_id = 'U0OLGA'`,
    );
    expect(WorkspaceId.safeParse(identity?.id).success).toBe(true);
    slack.oauth.uninstall(grid);
    const door = httpDoor(grid, `${running.url}/slack/events`);
    await door.event(removalEvent(grid, { type: "app_uninstalled" }));
    expect((await olga.command("/compliance")).text).toContain("not installed");
  });
});

describe("through Socket Mode", () => {
  test("one connection brings the requests of every workspace, each answered as its own", async () => {
    const socket = await serve(
      configOf({ botToken: null, signingSecret: null, appToken: slack.appToken }),
      log,
      { paceMs: {} },
    );
    try {
      const [bravo, delta] = [addTeam("T0BRAVO02"), addTeam("T0DELTA02")];
      await install(bravo, socket);
      await install(delta, socket);
      for (const team of [bravo, delta, addTeam("T0NOBODY3")]) {
        team.addUser("U0OLGA", { name: "Olga", isAdmin: true });
        const channel = team.addChannel("general", { members: ["U0OLGA"] }).id;
        const olga = slackPerson({ slack: team, door: socketDoor(team), user: "U0OLGA", channel });
        const from = slack.calls.length;

        const { text } = await olga.command("/compliance people");
        await socket.settled();

        const isHere = team.botToken.startsWith("xoxb-nowhere") === false;
        expect(text.includes("not installed in this workspace")).toBe(!isHere);
        const asked = slack.calls.slice(from).filter(({ method }) => method === "users.info");
        expect(asked.map(({ token }) => token)).toEqual(isHere ? [team.botToken] : []);
      }
    } finally {
      await socket.stop();
    }
  });
});

describe("without a configured token", () => {
  test("the terminal's migrations belong to the workspace that is alone, and to none of several", async () => {
    const config = configOf({ botToken: null });
    const core = await buildCore(config, log);
    const [surface] = await openSurfaces(core, config, log);
    try {
      await expect(surface?.home()).rejects.toThrow("do it in chat");
      await asOwner(
        "delete from slack_tokens where workspace_id not in (select id from workspaces where ref = 'T0BRAVO01')",
      );
      expect(await surface?.home()).toEqual({ surface: "slack", workspaceRef: "T0BRAVO01" });
      await asOwner("delete from slack_tokens");
      await expect(surface?.home()).rejects.toThrow("open /slack/install under PUBLIC_URL");
    } finally {
      await surface?.close();
      await core.close();
    }
  });

  test("a start that is refused says why and lets go of everything", async () => {
    const lost = { file: writeKeys("nonsense"), mayCreate: false };
    const config = configOf({ installing: { ...installing, keyFile: lost } });

    await expect(serve(config, log)).rejects.toThrow("The encryption key file");

    const sessions =
      "select count(*)::int as n from pg_stat_activity where datname = current_database()";
    const before = await asOwner(sessions);
    await serve(config, log).catch(() => undefined);
    await until(async () => (await asOwner(sessions))[0].n <= before[0].n);
  });
});
