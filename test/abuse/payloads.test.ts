/** Tampered buttons on both surfaces: another organization's ids read like unknown ones, and nothing changes. */
import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { openClinic, requested } from "../scenarios/openings.ts";
import {
  channelNamed,
  countRows,
  errorsIn,
  migrationOf,
  openGround,
  refusedSoFar,
  sendToWeb,
  slackDoor,
  slackUser,
} from "./ground.ts";

type Json = Readonly<Record<string, unknown>>;

const ground = await openGround();
const REQUIREMENT = "audit_logging_enabled";
const NOT_FOUND = "I cannot find that migration in this workspace.";
const HASH = "a".repeat(64);

/** The migration of the other surface, which is another organization. */
const foreign = { web: "", slack: "" };
let press: Json;
beforeAll(async () => {
  const { web, slack } = ground();
  await requested(web, "ours");
  await openClinic(slack, "theirs");
  foreign.web = await migrationOf(ground(), "Clinic theirs");
  foreign.slack = await migrationOf(ground(), "Clinic ours");
  const amara = slackUser(ground(), "U0AMARA", channelNamed(ground(), "theirs"));
  await amara.command("/compliance doctor");
  await amara.command("/compliance");
  press = amara.payloadOf(/./, { on: "messages" });
});

/** Every command that names a migration, with ids of the right form. */
function commandsOn(migration: string): readonly Json[] {
  const of = { migration, requirement: REQUIREMENT };
  const request = { ...of, request: randomUUID() };
  return [
    { type: "ReviewVerticals", migration },
    { type: "ConfirmVerticals", migration },
    { type: "ShowStatus", migration },
    { type: "ShowNext", migration },
    { type: "ChooseMigration", migration, next: "status" },
    { type: "LinkChannel", migration },
    { type: "EditDates", migration },
    { type: "SaveDates", migration },
    { type: "EditPlatform", migration },
    { type: "SavePlatform", migration },
    { type: "CloseMigration", migration },
    { type: "ConfirmClose", migration },
    { type: "CancelMigration", migration },
    { type: "ConfirmCancel", migration },
    { type: "AdoptWorkflow", migration, vertical: "HIPAA" },
    { type: "ShowRequirement", ...of },
    { type: "AnswerRequirement", ...of },
    { type: "SaveAnswers", ...of, page: 0 },
    { type: "AddEvidence", ...of },
    { type: "SaveEvidence", ...of },
    { type: "RemoveEvidence", ...of, evidence: randomUUID() },
    { type: "AttachFiles", migration },
    { type: "AttachLinks", migration, links: ["https://a.example/"] },
    { type: "AddAttestation", ...of },
    { type: "SaveAttestation", ...of },
    { type: "ReportChange", ...of },
    { type: "SaveChange", ...of },
    { type: "RequestSignOff", ...of },
    { type: "ReviewSignOff", ...of },
    { type: "SignOff", ...of, meaning: "requirement_met", contentHash: HASH },
    { type: "SignInTerminal", ...of, meaning: "requirement_met", contentHash: HASH },
    { type: "ClaimRequest", ...request },
    { type: "Claim", ...of },
    { type: "RejectRequest", ...request },
    { type: "SaveRejection", ...request },
    { type: "AskForChanges", ...request },
    { type: "SaveChangesAsked", ...request },
    { type: "WithdrawRequest", ...request },
    { type: "ProposeNotApplicable", ...of },
    { type: "SaveNotApplicable", ...of },
    { type: "ProposeWaiver", ...of },
    { type: "SaveWaiver", ...of },
    { type: "Undo", migration },
    { type: "UndoSignOff", migration, signOff: randomUUID() },
    { type: "RevokeSignOff", ...of },
    { type: "SaveRevocation", ...of, signOff: randomUUID() },
    { type: "CheckGate", migration, stage: 3 },
    { type: "ShowReport", migration, draft: true },
    { type: "ShowPeople", migration },
    { type: "EditContact", migration },
    { type: "SaveContact", migration },
  ];
}

const NAMES = commandsOn("").map(({ type }, at) => [String(type), at] as const);
/** They judge the form before the migration, or show the organization's own people. */
const LOOK_ELSEWHERE_FIRST = ["SaveAnswers", "SaveChange", "ShowPeople"];
const READS = ["Show", "Check", "Choose"];

/** What is said to a person: the words, without ids of messages and times. */
function wordsIn(text: string): string {
  return /"headline":"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? text;
}

/** Sends the command through the web chat; answers with what is said. */
async function pressOnWeb(command: unknown): Promise<string> {
  const answer = await sendToWeb(ground(), "act", { channel: "ours", command });
  expect(answer.status).toBeLessThan(500);
  return wordsIn(answer.text);
}

/** Puts the value into a real button of Slack; answers with what the person is told alone. */
async function pressOnSlack(value: unknown): Promise<string> {
  const amara = slackUser(ground(), "U0AMARA", channelNamed(ground(), "theirs"));
  const told = amara.ephemerals.length;
  const [first] = Array.isArray(press.actions) ? press.actions : [];
  const trigger_id = `${Date.now()}.${randomUUID()}`;
  const payload = { ...press, trigger_id, actions: [{ ...first, value }] };
  const answer = await slackDoor(ground()).interact(payload);
  expect(answer.status).toBe(200);
  await ground().slack.running.settled();
  return amara.ephemerals
    .slice(told)
    .map(({ text, fallback }) => text || fallback)
    .join("\n");
}

const SURFACES = [
  ["web", pressOnWeb],
  ["slack", (command: unknown) => pressOnSlack(JSON.stringify(command))],
] as const;

describe.each(SURFACES)("a button on %s", (surface, send) => {
  test.each(NAMES)("with %s of another organization reads like an unknown id", async (type, at) => {
    const before = await countRows(ground());
    const refusals = (await refusedSoFar(ground())).length;

    const theirs = await send(commandsOn(foreign[surface])[at]);
    const unknown = await send(commandsOn(randomUUID())[at]);

    expect(theirs).toBe(unknown);
    if (!LOOK_ELSEWHERE_FIRST.includes(type)) expect(theirs).toContain(NOT_FOUND);
    expect(theirs).not.toContain("Clinic");
    expect(await countRows(ground())).toEqual(before);
    const isReading = READS.some((read) => type.startsWith(read));
    const noted = (await refusedSoFar(ground())).slice(refusals);
    if (!isReading) expect(noted.map((entry) => entry.split(" ")[0])).toEqual([type, type]);
  });

  test("of a request that belongs to another migration ends no request", async () => {
    const [row] = await ground().database.asOwner("select id, migration_id from sign_off_requests");
    const before = await countRows(ground());
    const command = { migration: foreign[surface], requirement: REQUIREMENT, request: row?.id };

    expect(await send({ type: "WithdrawRequest", ...command })).toContain(NOT_FOUND);

    expect(await countRows(ground())).toEqual(before);
  });
});

const ID = "0d9a3d1e-8a53-4a1c-9f6b-000000000001";
const BROKEN: readonly (readonly [string, unknown])[] = [
  ["an id as an array", { type: "ShowStatus", migration: [ID] }],
  ["an id as an object", { type: "ShowStatus", migration: { id: ID } }],
  ["an id that is SQL", { type: "ShowStatus", migration: "' or 1=1 --" }],
  ["an array of commands", [{ type: "RunDoctor" }]],
  ["the command of an older version", { type: "ApproveRequirement", migration: ID, by: "me" }],
  ["an added signer", { type: "RunDoctor", signed_by: "ceo@example.com" }],
  ["an added organization", { type: "ShowStatus", organisationId: ID }],
  ["2,001 characters", { type: "ShowHelp", topic: "x".repeat(2_001) }],
  ["a requirement of the prototype", { type: "ShowRequirement", requirement: "__proto__" }],
  ["a stage that does not exist", { type: "CheckGate", stage: 4 }],
  ["a page that does not exist", { type: "SaveAnswers", migration: ID, page: 1e9 }],
  ["nothing", null],
  ["a number", 7],
];

describe("a button with", () => {
  test.each(BROKEN)("%s is refused on both surfaces and changes nothing", async (_what, value) => {
    const before = await countRows(ground());

    const onWeb = await sendToWeb(ground(), "act", { channel: "ours", command: value });
    expect([onWeb.status, onWeb.text]).toEqual([
      400,
      '{"error":"This button is not one of ours."}',
    ]);
    expect(await pressOnSlack(JSON.stringify(value))).toContain("Nothing was changed.");

    expect(await countRows(ground())).toEqual(before);
  });

  test.each(["NUL \u0000", "half \ud800", "bell \u0007"])(
    "words that cannot be kept (%j) is answered and changes nothing",
    async (words) => {
      const before = await countRows(ground());
      for (const command of [
        { type: "ShowRequirement", words },
        { type: "ShowHelp", topic: words },
        { type: "ReviewSignOff", words },
        { type: "StartMigration", customer: words, industry: words },
      ]) {
        const answer = await sendToWeb(ground(), "act", { channel: "ours", command });
        expect([command.type, answer.status < 500]).toEqual([command.type, true]);
        expect(await pressOnSlack(JSON.stringify(command))).not.toContain("did not work");
      }

      expect(await countRows(ground())).toEqual(before);
    },
  );

  test.each([
    ["__proto__", '{"type":"RunDoctor","__proto__":{"polluted":true}}'],
    ["constructor", '{"type":"RunDoctor","constructor":{"prototype":{"polluted":true}}}'],
  ])("%s reaches no prototype", async (_what, text) => {
    expect(await pressOnSlack(text)).toContain("Nothing was changed.");
    const origin = ground().slack.running.url;
    const body = `{"as":"amara","eventId":"${randomUUID()}","channel":"ours","command":${text}}`;
    const answer = await fetch(`${origin}/chat/api/act`, {
      method: "POST",
      headers: { origin, "x-cleargate-chat": "1", "content-type": "application/json" },
      body,
    });

    expect(answer.status).toBe(400);
  });
});

test("none of it failed inside", () => {
  expect(errorsIn(ground())).toEqual([]);
});
