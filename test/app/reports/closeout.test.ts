import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { reportInTerminal } from "../../../src/app/terminal/migrations.ts";
import { MigrationId } from "../../../src/domain/ids.ts";
import { isRefusal } from "../../../src/domain/refusal.ts";
import {
  clearRequirement,
  FERPA_WAYS,
  HIPAA_WAYS,
  signAs,
} from "../../scenarios/clear-requirement.ts";
import { answersOf, confirm, day, openClinic, start } from "../../scenarios/openings.ts";
import { openSlackStage } from "../../scenarios/slack-stage.ts";
import { openWebStage, type WebStage } from "../../scenarios/web-stage.ts";
import { createDatabase } from "../../support/database.ts";

const database = await createDatabase();
const DEMONSTRATION = "DEMONSTRATION: identities not verified";
const UTC = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const HASH = /^[0-9a-f]{64}$/;
const ENGINEER = "amara";
let stage: WebStage;
let finished: MigrationId;
let unfinished: MigrationId;

const Signature = z.looseObject({ name: z.string(), email: z.string(), at: z.string() });
const Requirement = z.looseObject({
  requirement: z.string(),
  advisory: z.boolean(),
  state: z.string(),
  status: z.string(),
  signed_by: z.array(Signature),
  attested_by: z.array(z.looseObject({ name: z.string(), document: z.looseObject({}) })),
  evidence: z.array(z.looseObject({ kind: z.string() })),
  workflow_version: z.string(),
});
const Report = z.looseObject({
  requirements: z.array(Requirement),
  detection: z.array(z.looseObject({ vertical: z.string() })),
  audit: z.object({ size: z.number(), root_hash: z.string() }).nullable(),
});
type Report = z.infer<typeof Report>;

async function idOf(customer: string): Promise<MigrationId> {
  const rows = await database.asOwner("select id from migrations where customer = $1", [customer]);
  return MigrationId.parse(rows[0]?.id);
}

/** The bytes of the final report; what was committed a moment ago is sealed for it. */
async function finalReport(id: MigrationId): Promise<string> {
  const written = await reportInTerminal(stage.running.core.deps, id, { draft: false });
  if (isRefusal(written)) throw new Error(JSON.stringify(written));
  return written.json;
}

const readFinal = async (): Promise<Report> =>
  Report.parse(JSON.parse(await finalReport(finished)));

function the(report: Report, name: string): z.infer<typeof Requirement> {
  const found = report.requirements.find(({ requirement }) => requirement === name);
  if (!found) throw new Error(`the report has no ${name}`);
  return found;
}

/** The size of the ledger, sealed or not. */
async function countEntries(): Promise<number> {
  const [row] = await database.asOwner(
    "select (select count(*) from ledger_entries) + (select count(*) from ledger_staging) as n",
  );
  return Number(row?.n);
}

beforeAll(async () => {
  stage = await openWebStage(database.ownerUrl);
  await openClinic(stage, "unfinished");
  unfinished = await idOf("Clinic unfinished");
  await stage.enter("finished");
  await start(stage.as("engineer"), { customer: "Lakeside", industry: "University Hospital" });
  await confirm(stage, {
    verticals: ["HIPAA", "FERPA"],
    facts: { patient_info: "yes", students: "yes" },
  });
  for (const way of [...HIPAA_WAYS, ...FERPA_WAYS])
    await clearRequirement(stage, way, answersOf(stage));
  finished = await idOf("Lakeside");
}, 120_000);
afterAll(async () => {
  await stage.stop();
});

describe("the closeout report of a migration that people finished in chat", () => {
  it("names the verticals and why: the word, the text, who confirmed it and when", async () => {
    const report = await readFinal();

    expect(report).toMatchObject({
      customer: "Lakeside",
      vertical: "HIPAA",
      verticals: ["HIPAA", "FERPA"],
      verticals_confirmed: {
        by: { name: "Amara Okafor", email: expect.stringMatching(/^\S+@\S+$/) },
        at: expect.stringMatching(UTC),
      },
    });
    const why = (vertical: string, word: string) => ({
      ...{ vertical, word, text: "University Hospital", applies: true, decision: "auto" },
      why: expect.stringMatching(/\S/),
    });
    expect(report.detection).toEqual([why("HIPAA", "Hospital"), why("FERPA", "University")]);
  });

  it("has every requirement of the verticals with its state, and of old words pending or signed", async () => {
    const { requirements } = await readFinal();
    const ways = [...HIPAA_WAYS, ...FERPA_WAYS].map(({ requirement }) => requirement);
    const counted = requirements.filter(({ advisory }) => !advisory);

    expect(new Set(counted.map(({ requirement }) => requirement))).toEqual(
      new Set(["vertical_confirmed", ...ways, "parent_consent_flow_documented"]),
    );
    const states = new Map(counted.map((one) => [one.requirement, [one.state, one.status]]));
    for (const name of ["vertical_confirmed", ...ways])
      expect([name, states.get(name)]).toEqual([name, ["signed", "signed"]]);
    expect(states.get("parent_consent_flow_documented")).toEqual([
      "not_applicable",
      "not_applicable",
    ]);
  });

  it("has everything about whoever signed, of every requirement", async () => {
    const { requirements } = await readFinal();
    const signed = requirements.filter(({ status }) => status === "signed");

    expect(signed.length).toBeGreaterThan(10);
    for (const { requirement, signed_by } of signed) {
      expect([requirement, signed_by.length > 0]).toEqual([requirement, true]);
      for (const signature of signed_by)
        expect(signature).toMatchObject({
          name: expect.stringMatching(/\S/),
          email: expect.stringMatching(/^\S+@\S+$/),
          platform: "web",
          workspace: "local",
          user_id: expect.stringMatching(/^[a-z]+$/),
          at: expect.stringMatching(UTC),
          consent: expect.stringMatching(/\S.+\./),
          workflow_version: expect.stringMatching(HASH),
        });
    }
    expect(the(await readFinal(), "vertical_confirmed").signed_by).toMatchObject([
      { user_id: ENGINEER },
    ]);
    expect(
      the(await readFinal(), "ferpa_hipaa_counsel_review").signed_by.map(({ role }) => role),
    ).toEqual(["legal_counsel", "engineering_manager"]);
  });

  it("has whose word outside a signature rests on, with the document and its hash", async () => {
    const plan = the(await readFinal(), "breach_response_plan_signed");

    expect(plan.attested_by).toEqual([
      {
        name: "Morgan Reyes",
        title: "Compliance Officer",
        organisation: "Northside Health",
        email: "morgan.reyes@northside.example",
        role: "customer_compliance_officer",
        form: "letter",
        confirmed_on: day(-1),
        statement: "We confirm what is listed in the attached document for this migration.",
        document: expect.objectContaining({
          name: "letter.pdf",
          sha256: expect.stringMatching(HASH),
        }),
        about: [
          {
            object: "irp_page.pdf",
            as: "evidence",
            place: "irp_page",
            sha256: expect.stringMatching(HASH),
            link: null,
          },
        ],
        about_current: true,
        checked: { by: "Amara Okafor", how: "asked_back", on: expect.stringMatching(/^\d{4}-/) },
        received_by: "Amara Okafor",
        received_at: expect.stringMatching(UTC),
      },
    ]);
    expect(plan.signed_by).toMatchObject([{ user_id: "priya" }]);
  });

  it("has the evidence by name and hash, and of counsel's memo only that it is held and since when", async () => {
    const report = await readFinal();

    expect(the(report, "audit_logging_enabled").evidence).toMatchObject([
      {
        slot: "retention_shot",
        kind: "file",
        name: "retention_shot.pdf",
        sha256: expect.stringMatching(HASH),
        added_by: "Amara Okafor",
      },
    ]);
    expect(the(report, "ferpa_hipaa_counsel_review").evidence).toEqual([
      { kind: "held", name: "held by counsel", held_on: day(-4) },
    ]);
  });

  it("has the hash of the workflow version, and the ledger's size and root", async () => {
    const report = await readFinal();
    const pinned = await database.asOwner(
      "select hash from migration_definitions where migration_id = $1",
      [finished],
    );
    const heads = await database.asOwner(
      "select size, encode(root, 'hex') as root from ledger_heads",
    );

    expect(the(report, "hipaa_baa_signed").workflow_version).toMatch(HASH);
    expect(pinned.map(({ hash }) => hash)).toContain(
      the(report, "hipaa_baa_signed").workflow_version,
    );
    expect(heads.map(({ size, root }) => [Number(size), root])).toContainEqual([
      report.audit?.size,
      report.audit?.root_hash,
    ]);
  });

  it("says DEMONSTRATION in the local web chat, where nobody proves who they are", async () => {
    expect(await readFinal()).toHaveProperty("notice", DEMONSTRATION);
  });

  it("says so also in a draft that nobody signed", async () => {
    await stage.enter("unsigned");
    await start(stage.as("engineer"), { customer: "Unsigned", industry: "clinic" });
    const id = await idOf("Unsigned");
    const draft = await reportInTerminal(stage.running.core.deps, id, { draft: true });

    expect(draft).toHaveProperty("report.notice", DEMONSTRATION);
  });
});

describe("an unfinished migration", () => {
  it("has no report but a draft: refused with the list of what is not signed", async () => {
    const { deps } = stage.running.core;
    const refused = await reportInTerminal(deps, unfinished, { draft: false });
    const draft = await reportInTerminal(deps, unfinished, { draft: true });

    expect(refused).toMatchObject({ refused: "report_incomplete" });
    for (const { requirement } of HIPAA_WAYS)
      expect(refused).toHaveProperty("unsigned", expect.arrayContaining([requirement]));
    if (isRefusal(draft)) throw new Error(draft.refused);
    const report = Report.parse(JSON.parse(draft.json));
    expect(the(report, "vertical_confirmed").status).toBe("signed");
    expect(the(report, "hipaa_baa_signed")).toMatchObject({
      state: "not_started",
      status: "pending",
      signed_by: [],
    });
  });
});

describe("the bytes of a report", () => {
  it("are the same when it is asked twice, after entries that change nothing, and after another migration's changes", async () => {
    const before = await finalReport(finished);
    const entries = await countEntries();
    expect(await finalReport(finished)).toBe(before);
    await stage.as("engineer").command("/compliance gate 5");
    await stage.enter("other");
    await start(stage.as("engineer"), { customer: "Other", industry: "clinic" });
    await confirm(stage, { verticals: ["HIPAA"], facts: { patient_info: "yes" } });

    expect(await countEntries()).toBeGreaterThan(entries + 5);
    expect(await finalReport(finished)).toBe(before);
  });

  it("differ once something changed, though all is signed again", async () => {
    const before = await readFinal();
    await stage.enter("finished");
    const engineer = stage.as("engineer");
    await engineer.command("/compliance answer audit_logging_enabled");
    await engineer.submit({ cdr_retention_months: "84" });
    const refused = await reportInTerminal(stage.running.core.deps, finished, { draft: false });
    expect(refused).toEqual({ refused: "report_incomplete", unsigned: ["audit_logging_enabled"] });
    await engineer.command("/compliance request audit_logging_enabled");
    await signAs(stage.as("compliance"), "audit_logging_enabled");
    const after = await readFinal();

    const of = (report: Report) => the(report, "audit_logging_enabled");
    expect(of(after).signed_by).not.toEqual(of(before).signed_by);
    expect(of(after).content_hash).not.toBe(of(before).content_hash);
    expect(after.audit?.size).toBeGreaterThan(before.audit?.size ?? 0);
    expect(after.audit?.root_hash).not.toBe(before.audit?.root_hash);
  });
});

describe("in Slack", () => {
  it("the report of verified people carries no such notice", async () => {
    const slackDatabase = await createDatabase();
    const slack = await openSlackStage(slackDatabase.ownerUrl);
    try {
      await slack.enter("shop");
      await start(slack.as("engineer"), { customer: "Corner Shop", industry: "retail" });
      await confirm(slack, { verticals: ["none"], signers: [] });
      await signAs(slack.as("engineer"), "vertical_confirmed");
      // Right after the signature, whose ledger entry nobody has sealed yet.
      await slack.as("engineer").command("/compliance report");
      const said = await slack.as("engineer").sees("compliance_report_corner-shop");

      expect(said).toContain('"signed_by":[{');
      expect(said).toContain('"platform":"slack"');
      expect(said).not.toContain("DEMONSTRATION");
    } finally {
      await slack.stop();
    }
  }, 60_000);
});
