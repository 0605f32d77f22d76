/** One migration, begun in Slack and finished in Teams by the same person, while the others stay where they are. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { createDatabase } from "../support/database.ts";
import type { TeamsStandIn } from "../support/teams/stand-in.ts";
import { expectLedgersToHold } from "./aftermath.ts";
import { answerPage, clearRequirement, HIPAA_WAYS } from "./clear-requirement.ts";
import { linkCodeOf, makeOrganisation } from "./one-organisation.ts";
import { answersOf, openClinic, type StoryStage } from "./openings.ts";
import { openSlackStage, type SlackStage } from "./slack-stage.ts";
import { settingsFor, startTenant, type TeamsStage, teamsStageOn } from "./teams-stage.ts";

const database = await createDatabase();
let tenant: TeamsStandIn;
let slack: SlackStage;
let teams: TeamsStage;

beforeAll(async () => {
  tenant = await startTenant();
  await makeOrganisation(database, { slack: "T0CLEAR01", teams: tenant.tenantId });
  slack = await openSlackStage(database.ownerUrl, "http", {
    config: { teams: settingsFor(tenant) },
  });
  teams = await teamsStageOn(slack.running, tenant);
}, 120_000);
afterAll(async () => {
  await slack.stop();
  await tenant.close();
});

it("a migration that was begun in Slack passes both gates in Teams", {
  timeout: 120_000,
}, async () => {
  const inSlack = slack.as("engineer");
  await openClinic(slack, "moved");
  const [inventory, ...rest] = HIPAA_WAYS;
  if (!inventory) throw new Error("no ways");
  await clearRequirement(slack, inventory, answersOf(slack));
  await inSlack.command("/compliance answer encryption_verified");
  await answerPage(inSlack, "encryption_verified", answersOf(slack));
  const code = await linkCodeOf(inSlack);
  await teams.enter("moved");
  const inTeams = teams.as("engineer");
  await inTeams.command(`/compliance link ${code}`);
  await inTeams.submit();
  await inTeams.sees(/Linked\. Amara Okafor in Teams and Amara Okafor in Slack are one person/);

  await inTeams.command("/compliance answer encryption_verified");
  expect(inTeams.fields(), "the interview goes on where it was left").toContain("doc_url");
  expect(inTeams.fields()).not.toContain("sip_tls_version");
  const apart: StoryStage = {
    ...slack,
    as: (role) => (role === "engineer" ? inTeams : slack.as(role)),
  };
  for (const way of rest) await clearRequirement(apart, way, answersOf(teams));
  await inTeams.command("/compliance gate 3");
  await inTeams.sees(/Compliance gate: PASS\. Exit code 0\./);
  await inTeams.command("/compliance gate 5");
  await inTeams.sees(/Stage 5[\s\S]*Compliance gate: PASS\. Exit code 0\./);
  await expectLedgersToHold(slack.running.core.store);

  const answered = await database.asOwner(
    `select count(distinct a.by_person)::int as people, array_agg(distinct w.surface) as accounts
     from answers a
     join identities i on human_of(i.person_id) = human_of(a.by_person)
     join workspaces w on w.id = i.workspace_id
     where a.requirement = 'encryption_verified'`,
  );
  expect(answered).toEqual([{ people: 1, accounts: ["slack", "teams"] }]);
});
