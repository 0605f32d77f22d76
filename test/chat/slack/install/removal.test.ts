/** The app is taken away from a workspace: its token goes at once, its record stays, and it can come back. */
import { describe, expect, test } from "vitest";
import { httpDoor } from "../../../support/slack/driver/door.ts";
import { removalEvent } from "../../../support/slack/teams.ts";
import { openGround, until } from "./ground.ts";

const { slack, running, asOwner, addTeam, install, olgaOf, startMigration, drained } =
  await openGround();

describe("when the app is taken away", () => {
  const tokensOf = (ref: string) =>
    asOwner(
      "select 1 from slack_tokens t join workspaces w on w.id = t.workspace_id where w.ref = $1",
      [ref],
    );

  test.each([
    ["app_uninstalled", { type: "app_uninstalled" }],
    ["tokens_revoked", { type: "tokens_revoked", tokens: { oauth: [], bot: ["UBOT00001"] } }],
  ])(
    "%s deletes the token at once; installing again brings everything back",
    async (why, event) => {
      const team = addTeam(`T0${why.toUpperCase().replace("_", "")}`);
      const ref = team.world.teamId;
      await install(team);
      const olga = olgaOf(team);
      await startMigration(olga, "Northside Clinic");
      await drained();
      const door = httpDoor(team, `${running.url}/slack/events`);
      slack.oauth.uninstall(team);

      const heard = await door.event(removalEvent(team, event));

      expect(heard.status).toBe(200);
      expect(await tokensOf(ref)).toEqual([]);
      const answer = await olga.command("/compliance status");
      expect(answer.text).toContain("not installed in this workspace");

      await install(team);
      expect((await olga.command("/compliance status")).text).toContain("Northside Clinic");
      await running.core.store.sealLedger(
        (await running.core.store.organisationOf({ surface: "slack", workspaceRef: ref }))
          .organisationId,
      );
      const facts = await asOwner(
        `select entry::json->>'type' as type, entry::json->>'why' as why from ledger_entries
       where entry::json->>'workspaceRef' = $1 and entry::json->>'type' like 'Workspace%'
       order by sequence`,
        [ref],
      );
      expect(facts).toEqual([
        { type: "WorkspaceInstalled", why: null },
        { type: "WorkspaceUninstalled", why },
        { type: "WorkspaceInstalled", why: null },
      ]);
    },
  );

  test("a person's own token is no reason", async () => {
    const team = addTeam("T0PERSONAL");
    await install(team);
    const event = { type: "tokens_revoked", tokens: { oauth: ["U0OLGA"], bot: [] } };

    await httpDoor(team, `${running.url}/slack/events`).event(removalEvent(team, event));

    expect(await tokensOf("T0PERSONAL")).toHaveLength(1);
  });

  test("an event that comes late leaves the new installation", async () => {
    const team = addTeam("T0LATE0001");
    await install(team);
    const at = new Date(Date.now() - 60_000);

    const door = httpDoor(team, `${running.url}/slack/events`);
    await door.event(removalEvent(team, { type: "app_uninstalled" }, { at }));

    expect(await tokensOf("T0LATE0001")).toHaveLength(1);
    expect((await olgaOf(team).command("/compliance help")).text).not.toContain("not installed");
  });

  test("an event of one workspace leaves the others", async () => {
    await httpDoor(slack, `${running.url}/slack/events`).event(
      removalEvent(addTeam("T0STRANGE1"), { type: "app_uninstalled" }),
    );

    expect(await tokensOf("T0PERSONAL")).toHaveLength(1);
    expect(await tokensOf("T0LATE0001")).toHaveLength(1);
  });

  test("a lost event is made up for by the first refusal of Slack's", async () => {
    const team = addTeam("T0LOST0001");
    await install(team);
    const olga = olgaOf(team);
    slack.oauth.uninstall(team);

    await olga.command("/compliance people");
    await running.settled();

    await until(async () => (await tokensOf("T0LOST0001")).length === 0);
    expect((await olga.command("/compliance people")).text).toContain("not installed");
  });

  test("what was still to be sent becomes a dead letter with the reason, and is sent when replayed", async () => {
    const team = addTeam("T0DEAD0001");
    await install(team);
    const olga = olgaOf(team);
    const door = httpDoor(team, `${running.url}/slack/events`);
    slack.misbehave("chat.postMessage", { kind: "status", status: 503 }, { times: 3 });
    await startMigration(olga, "Northside Clinic");
    await door.event(removalEvent(team, { type: "app_uninstalled" }));
    const { outbox } = running.core.store;
    const dead = async () =>
      (await outbox.deadLetters()).filter(({ why }) => why.includes("not installed in this Slack"));

    await until(async () => (await dead()).length > 0);
    expect(team.world.messages).toEqual([]);
    await install(team);
    for (const { id, organisationId } of await dead())
      await running.core.store.write(organisationId, null, (writing) =>
        writing.replayDeadLetter(id),
      );

    await until(() => team.world.messages.length > 0);
  });
});
