/** Cards that show each person their own version, as the client asks for it by itself when the card comes into view. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { signAs } from "../../scenarios/clear-requirement.ts";
import { LOGGING, readyToSign } from "../../scenarios/openings.ts";
import { openTeamsStage, type TeamsStage } from "../../scenarios/teams-stage.ts";
import { createDatabase } from "../../support/database.ts";
import { asObject } from "../../support/slack/checks/parts.ts";
import { type TeamsPerson, teamsPerson } from "../../support/teams/driver/person.ts";

const database = await createDatabase();
const ASKS = "asks for a signature";
let stage: TeamsStage;
let conversation = "";
const personOf = (role: "engineer" | "compliance" | "sales"): TeamsPerson =>
  teamsPerson({
    teams: stage.teams,
    url: stage.running.url,
    user: stage.userIds[role],
    conversation,
  });

beforeAll(async () => {
  stage = await openTeamsStage(database.ownerUrl);
  await readyToSign(stage, "own-views");
  await stage.as("engineer").command(`request ${LOGGING.requirement}`);
  await stage.as("engineer").sees(ASKS);
  const channels = [...stage.teams.world.conversations.values()];
  conversation = channels.find(({ name }) => name === "own-views")?.id ?? "";
}, 60_000);
afterAll(() => stage.stop());

/** What stands in the place of the request for this person, as the client has it answered. */
async function viewOf(person: TeamsPerson): Promise<string> {
  const answer = await person.view(ASKS);
  expect(answer?.status).toBe(200);
  expect(answer?.body?.type).toBe("application/vnd.microsoft.card.adaptive");
  return JSON.stringify(asObject(answer?.body?.value));
}

it("who asked sees how to withdraw, who signs does not, and others go on seeing the request", async () => {
  const { messages } = stage.teams.world;
  const before = messages.length;
  const sales = personOf("sales");
  const request = () => sales.shown.find(({ text }) => text.includes(ASKS))?.text;
  const seen = request();
  const [signer, asker] = [
    await viewOf(personOf("compliance")),
    await viewOf(personOf("engineer")),
  ];
  await stage.running.settled();

  expect(signer).toContain("Review and sign");
  expect(signer).not.toContain("Withdraw the request");
  expect(asker).toContain("Withdraw the request");
  expect(seen).toContain(ASKS);
  expect(request()).toBe(seen);
  expect(messages, "nothing is said to anybody").toHaveLength(before);
});

it("a home that comes into view again is drawn anew where it stands, and not posted once more", async () => {
  const engineer = personOf("engineer");
  await stage.as("engineer").openHome();
  const home = engineer.shown[0]?.text.split("\n")[0] ?? "";
  const { messages } = stage.teams.world;
  const before = messages.length;
  for (let times = 0; times < 3; times += 1) {
    const answer = await engineer.view(home);
    expect(answer?.body?.type).toBe("application/vnd.microsoft.card.adaptive");
  }
  await stage.running.settled();

  expect(messages).toHaveLength(before);
});

it("once it is signed there are no more own versions", async () => {
  await signAs(stage.as("compliance"), LOGGING.requirement);

  expect(await personOf("compliance").view("signed by")).toBeNull();
});
