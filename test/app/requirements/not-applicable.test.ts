import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reportInTerminal, statusInTerminal } from "../../../src/app/terminal/migrations.ts";
import { MigrationId } from "../../../src/domain/ids.ts";
import { isRefusal } from "../../../src/domain/refusal.ts";
import { attest, signAs } from "../../scenarios/clear-requirement.ts";
import { confirm, day, start } from "../../scenarios/openings.ts";
import { openWebStage, type WebStage } from "../../scenarios/web-stage.ts";
import { createDatabase } from "../../support/database.ts";

const database = await createDatabase();
const REVIEW = "ferpa_review_complete";
const CONSENT = "parent_consent_flow_documented";
let stage: WebStage;

beforeAll(async () => {
  stage = await openWebStage(database.ownerUrl);
});
afterAll(async () => {
  await stage.stop();
});

/** An institution under FERPA whose review is answered and attested, not yet signed. */
async function review(kind: string, industry: string): Promise<MigrationId> {
  await stage.enter(kind.replaceAll("_", "-"));
  const engineer = stage.as("engineer");
  await start(engineer, { customer: kind, industry });
  await confirm(stage, { verticals: ["FERPA"], facts: { students: "yes" } });
  await engineer.command(`/compliance answer ${REVIEW}`);
  await engineer.submit({
    institution_type: kind,
    federal_funds: "yes",
    flows: ["admissions"],
    health_services: "no",
  });
  await engineer.submit({
    "contact.name": "Robin Osei",
    "contact.title": "Registrar",
    "contact.organisation": "Elm Schools",
    "contact.email": "robin@elm.example",
    meeting_date: day(-3),
  });
  const way = { requirement: REVIEW, signers: [] };
  await attest(engineer, { way, role: "customer_compliance_officer", day });
  await engineer.command(`/compliance request ${REVIEW}`);
  const rows = await database.asOwner("select id from migrations where customer = $1", [kind]);
  return MigrationId.parse(rows[0]?.id);
}

async function consentOf(id: MigrationId) {
  const status = await statusInTerminal(stage.running.core.deps, id);
  if (isRefusal(status)) throw new Error(status.refused);
  const { gates, view } = status;
  const consent = view.requirements.find(({ name }) => name === CONSENT);
  const open = gates[5].verdict === "pass" ? [] : gates[5].unsatisfied;
  return { state: consent?.state, isOpen: open.some(({ requirement }) => requirement === CONSENT) };
}

describe("the consent of parents", () => {
  it("is no matter of a university, once its review is signed and not before", async () => {
    const id = await review("college_university_public", "university");

    expect(await consentOf(id)).toEqual({ state: "not_started", isOpen: true });
    await signAs(stage.as("compliance"), REVIEW);
    expect(await consentOf(id)).toEqual({ state: "not_applicable", isOpen: false });
  });

  it("is asked of a K-12 district, and its gate 5 waits for it", async () => {
    const id = await review("k_12_public_district", "school district");
    await signAs(stage.as("compliance"), REVIEW);

    expect(await consentOf(id)).toEqual({ state: "not_started", isOpen: true });
  });

  it("is set aside by hand with a reason and a second person, who is counted and reported", async () => {
    const id = await review("k_12_charter", "school district");
    await signAs(stage.as("compliance"), REVIEW);
    const engineer = stage.as("engineer");
    await engineer.command(`/compliance answer ${CONSENT}`);
    await engineer.submit({ records_minors: "no_recording_is_off_for_those_lines", state: "oh" });
    await engineer.command(`/compliance requirement ${CONSENT}`);
    await engineer.press("Does not apply");
    await engineer.submit({ reason: "Recording is off for every line that minors call." });

    expect(await consentOf(id)).toEqual({ state: "awaiting_approval", isOpen: true });
    await engineer.command(`/compliance sign ${CONSENT}`);
    expect(engineer.form()).toBeNull();
    await stage.as("compliance").command(`/compliance sign ${CONSENT}`);
    await stage.as("compliance").submit();
    expect(await consentOf(id)).toEqual({ state: "not_applicable", isOpen: false });
    const draft = await reportInTerminal(stage.running.core.deps, id, { draft: true });
    expect(draft).toHaveProperty(
      "report.requirements",
      expect.arrayContaining([
        expect.objectContaining({
          requirement: CONSENT,
          status: "not_applicable",
          reason: "Recording is off for every line that minors call.",
          signed_by: [expect.objectContaining({ user_id: "priya", meaning: "not_applicable" })],
        }),
      ]),
    );
  });
});
