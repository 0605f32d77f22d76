/** Secrets, card numbers and social security numbers in every field of every form: refused, and kept nowhere. */
import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { findSensitiveText } from "../../src/domain/sensitive-text/scan.ts";
import { openClinic } from "../scenarios/openings.ts";
import {
  bringToWeb,
  channelNamed,
  countRows,
  errorsIn,
  findInDatabase,
  migrationOf,
  openGround,
  refusedSoFar,
  sendToWeb,
  slackUser,
} from "./ground.ts";

const ground = await openGround();

/** Put together here, so that no scanner takes this file for a leak. */
const CARD = ["4539", "1488", "0343", "6467"].join(" ");
const SOLID_CARD = CARD.replaceAll(" ", "");
const SSN = ["536", "90", "4399"].join("-");
const KEY = ["xoxb", "271828182845", "314159265358", "aBcDeFgHiJkLmNoPqRsTuVwX"].join("-");
const PLANTED = [CARD, SOLID_CARD, SSN, KEY] as const;

const FIXED: Readonly<Record<string, readonly string[]>> = {
  OpenMigration: ["customer", "industry", "platform", "time_zone", "proposal_on", "go_live_on"],
  ConfirmVerticals: ["verticals", "reason"],
  SaveDates: ["proposal_on", "go_live_on"],
  SavePlatform: ["platform"],
  ConfirmCancel: ["reason"],
  SaveEvidence: ["slot", "link", "sha256", "name", "held_on"],
  SaveAttestation: [
    ...["role", "name", "title", "organisation", "email", "form", "confirmed_on"],
    ...["statement", "link", "sha256"],
  ],
  SaveChange: ["reason"],
  SaveRejection: ["reason"],
  SaveChangesAsked: ["reason"],
  SaveNotApplicable: ["reason"],
  SaveWaiver: ["reason", "expires_on"],
  SaveRevocation: ["reason"],
  SaveRole: ["person", "role"],
  SaveContact: ["role", "name", "title", "organisation", "email"],
};

let migration = "";
beforeAll(async () => {
  await openClinic(ground().web, "kept");
  migration = await migrationOf(ground(), "Clinic kept");
  await openClinic(ground().slack, "kept-too");
});

/** The command of a form, with ids of the right form. */
function commandOf(type: string): object {
  const of = { migration, requirement: "audit_logging_enabled" };
  if (["OpenMigration", "SaveRole"].includes(type)) return { type };
  if (/Verticals|Dates|Platform|Cancel|Contact/.test(type)) return { type, migration };
  if (/Rejection|ChangesAsked/.test(type)) return { type, ...of, request: randomUUID() };
  if (type === "SaveRevocation") return { type, ...of, signOff: randomUUID() };
  return { type, ...of };
}

/** Every question of every workflow file, as the fields in which it is answered. */
function everyQuestion() {
  return ground().slack.running.core.deps.workflows.flatMap(({ workflow }) =>
    workflow.requirements.flatMap(({ name, ask }) =>
      ask.flatMap(({ id, type }) =>
        type === "external"
          ? ["name", "title", "organisation", "email"].map(
              (part) => [name, `${id}.${part}`] as const,
            )
          : [[name, id] as const],
      ),
    ),
  );
}

test("what is planted here is sensitive", () => {
  expect(PLANTED.map(findSensitiveText)).toEqual([
    "payment_card",
    "payment_card",
    "social_security_number",
    "secret_key",
  ]);
});

describe("every field of the form", () => {
  test.each(Object.entries(FIXED))("%s refuses what is sensitive", async (type, fields) => {
    const before = await countRows(ground());
    const noted = (await refusedSoFar(ground())).length;
    for (const field of fields) {
      for (const planted of PLANTED) {
        const values = { [field]: `As agreed: ${planted}` };
        const body = { channel: "kept", command: commandOf(type), values };
        const answer = await sendToWeb(ground(), "act", body);
        expect([field, answer.status]).toEqual([field, 200]);
        expect(answer.text).toContain("That looks like");
      }
    }

    expect(await countRows(ground())).toEqual(before);
    const refusals = (await refusedSoFar(ground())).slice(noted);
    expect(refusals).toHaveLength(fields.length * PLANTED.length);
    expect(new Set(refusals)).toEqual(new Set([`${type} sensitive_text`]));
  });

  test("of the guided questions refuses what is sensitive", async () => {
    const questions = everyQuestion();
    expect(questions.length).toBeGreaterThan(120);
    const before = await countRows(ground());
    const send = async ([requirement, field]: readonly [string, string], at: number) => {
      const command = { type: "SaveAnswers", migration, requirement, page: 0 };
      const planted = PLANTED[at % PLANTED.length];
      const values = { [field]: at % 2 === 0 ? planted : [planted] };
      const { text } = await sendToWeb(ground(), "act", { channel: "kept", command, values });
      return text.includes("That looks like") ? [] : [`${requirement}.${field}: ${text}`];
    };
    const kept: string[] = [];
    for (let at = 0; at < questions.length; at += 8) {
      const some = questions.slice(at, at + 8).map((question, index) => send(question, at + index));
      kept.push(...(await Promise.all(some)).flat());
    }

    expect(kept).toEqual([]);
    expect(await countRows(ground())).toEqual(before);
  });

  test("in Slack refuses what is sensitive", async () => {
    const amara = slackUser(ground(), "U0AMARA", channelNamed(ground(), "kept-too"));
    const before = await countRows(ground());
    for (const planted of PLANTED) {
      await amara.command("/compliance cancel");
      await amara.submit({ reason: `The customer said ${planted}.` });
      await ground().slack.running.settled();
      await amara.sees(/That looks like/);
    }

    expect(await countRows(ground())).toEqual(before);
  });
});

const VERBS = [
  ...["", "start ", "start Mercy Clinic, ", "status ", "answer ", "evidence ", "sign ", "claim "],
  ...[
    "request ",
    "gate 3 ",
    "report ",
    "help ",
    "revoke ",
    "requirement ",
    "people ",
    "frobnicate ",
  ],
];

describe("typed after /compliance", () => {
  test.each(PLANTED)("%s is refused whatever the verb", async (planted) => {
    const before = await countRows(ground());
    const amara = slackUser(ground(), "U0AMARA", channelNamed(ground(), "kept-too"));
    for (const verb of VERBS) {
      const text = `/compliance ${verb}${planted}`;
      const { status, text: said } = await sendToWeb(ground(), "say", { channel: "kept", text });
      expect([text, status, said.includes("That looks like")]).toEqual([text, 200, true]);
      const answer = await amara.command(text);
      expect(answer.text).toContain("That looks like");
    }

    expect(await countRows(ground())).toEqual(before);
  });

  test("to everybody, or in private, it is not kept", async () => {
    for (const [channel, planted] of PLANTED.flatMap((text) => [
      ["kept", text] as const,
      ["direct-amara", text] as const,
    ])) {
      const answer = await sendToWeb(ground(), "say", { channel, text: `Take ${planted}` });
      expect(answer.text).toContain("That looks like");
    }
  });
});

describe("a file", () => {
  const evidence = () => commandOf("SaveEvidence");
  const slot = { slot: "retention_shot" };

  test.each(PLANTED)("with %s in its name or in its text is refused", async (planted) => {
    const before = await countRows(ground());
    const given = [
      { name: `${planted}.pdf`, content: "%PDF-1.7 nothing" },
      { name: "notes.txt", content: `Paid with ${planted} by phone.\n` },
      { name: "wide.txt", content: Buffer.from(`\ufeffPaid with ${planted}.`, "utf16le") },
    ];
    for (const file of given) {
      const body = { channel: "kept", command: evidence(), values: slot };
      const answer = await bringToWeb(ground(), body, [{ field: "file", file }]);
      expect([file.name, answer.status]).toEqual([file.name, 200]);
      expect(answer.text).toContain("That looks like");
    }

    expect(await countRows(ground())).toEqual(before);
  });
});

test.each(PLANTED)("a field that is itself named %s is not repeated", async (planted) => {
  const values = { [planted]: planted, [`x${planted}`]: "y" };
  const body = { channel: "kept", command: commandOf("SaveChange"), values };

  expect((await sendToWeb(ground(), "act", body)).text).toContain("in “the name of a field”");
});

test.each(PLANTED)("a channel cannot be named %s", async (planted) => {
  const answer = await sendToWeb(ground(), "channels", { name: planted });

  expect(answer.status).toBe(400);
});

test("none of it stands in a table, an outgoing message or a log line", async () => {
  const traces = [...PLANTED, SOLID_CARD.slice(0, 12), KEY.slice(0, 20), CARD.replaceAll(" ", "-")];

  expect(await findInDatabase(ground(), [...traces, KEY.toLowerCase()])).toEqual([]);
  expect(traces.filter((planted) => ground().logged().includes(planted))).toEqual([]);
  const control = await findInDatabase(ground(), ["Clinic kept"]);
  expect(control).toContain("cleargate.migrations.customer");
  expect(errorsIn(ground())).toEqual([]);
});
