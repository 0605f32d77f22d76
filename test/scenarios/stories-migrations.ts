/** Stories about migrations as a whole: from start to the end, with every mix of verticals. */
import { expect, it } from "vitest";
import {
  clearRequirement,
  FERPA_WAYS,
  HIPAA_WAYS,
  PCI_WAYS,
  type Way,
} from "./clear-requirement.ts";
import { answersOf, confirm, day, openClinic, type StoryStage, start } from "./openings.ts";
import type { Talker } from "./talker.ts";

export function tellMigrations(stageOf: () => StoryStage): void {
  it("a clinic goes from start to both gates open and a closeout report", () =>
    clinicStory(stageOf()));

  it("a teaching hospital that takes cards meets three verticals and counsel", () =>
    hospitalStory(stageOf()));

  it("a shop without a vertical passes once a person has confirmed that none applies", async () => {
    const stage = stageOf();
    await stage.enter("corner-shop");
    const engineer = stage.as("engineer");
    await start(engineer, { customer: "Corner Shop", industry: "retail" });
    await blockedAt(engineer, 5, "vertical_confirmed");
    await engineer.command("/compliance verticals");
    await confirm(stage, { verticals: ["none"] });

    await engineer.command("/compliance gate 5");
    const passed = await engineer.sees("Compliance gate: PASS. Exit code 0.");
    expect(passed).toContain(
      "no additional compliance requirements beyond platform defaults: TLS/SRTP encryption and E911",
    );
  });

  it("a federal agency on an unlisted platform is stopped and sales is told", async () => {
    const stage = stageOf();
    await stage.enter("agency");
    const engineer = stage.as("engineer");
    await start(engineer, { customer: "Harbor Agency", industry: "federal agency" });
    await confirm(stage, { verticals: ["FedRAMP"], facts: { gov: "federal" } });
    await engineer.command("/compliance answer fedramp_platform_confirmed");
    await engineer.submit({
      customer_kind: "federal_agency_executive_branch",
      programme: ["fedramp"],
      platform: "8x8",
      status: "not_listed",
      checked_on: day(-1),
    });

    await engineer.command("/compliance requirement fedramp_platform_confirmed");
    await engineer.sees("Stop and escalate to sales. The deal cannot proceed with that platform.");
    await stage.as("sales").sees(/The deal cannot proceed with that platform/);
    await blockedAt(engineer, 3, "fedramp_platform_confirmed");
  });

  it("leaving out a detected vertical takes a reason, the customer's word and two more people", async () => {
    const stage = stageOf();
    await stage.enter("vet-school");
    const engineer = stage.as("engineer");
    await start(engineer, { customer: "Paws Academy", industry: "university" });
    await engineer.submit({ verticals: ["none"] });
    await engineer.submit({
      cards_by_phone: "no",
      patient_info: "no",
      gov: "no",
      students: "no",
      eu_people: "no",
    });
    await engineer.submit({ reason: "It is a dog training business that only calls itself one." });
    await engineer.command("/compliance requirement vertical_confirmed");
    await engineer.press(/attestation/i);
    await engineer.submit({
      role: "customer_compliance_officer",
      name: "Jo Park",
      title: "Owner",
      organisation: "Paws Academy",
      email: "jo@paws.example",
      form: "e_mail",
      confirmed_on: day(-1),
      statement: "We are a dog training business and hold no student records.",
      document: [{ name: "mail.pdf", content: "%PDF-1.7 mail" }],
      checked_how: "known_address",
    });
    await engineer.command("/compliance sign vertical_confirmed");
    await engineer.sees(/role|gave answers/i);
    await engineer.command("/compliance request vertical_confirmed");
    for (const role of ["manager", "compliance"] as const) {
      await stage.as(role).command("/compliance sign vertical_confirmed");
      await stage.as(role).submit();
      await stage.as(role).sees(/Signed off: vertical_confirmed by/);
    }
    await passesAt(engineer, 5);
  });

  it("dates that leave too little time are said at once", async () => {
    const stage = stageOf();
    await stage.enter("hurry");
    const engineer = stage.as("engineer");
    const dates = { proposal_on: day(2), go_live_on: day(9) };
    await start(engineer, { customer: "Hurry Clinic", industry: "clinic", dates });
    await confirm(stage, { verticals: ["HIPAA"], facts: { patient_info: "yes" } });
    await engineer.command("/compliance status");
    await engineer.sees(/late|cannot be met|start by/i);

    await engineer.command("/compliance dates");
    await engineer.submit({ proposal_on: day(50), go_live_on: day(10) });
    await engineer.sees(/proposal cannot come after the go-live|before/i);
    await engineer.command("/compliance platform");
    await engineer.submit({ platform: "zoom_phone" });
    await engineer.sees(/Zoom Phone/);
  });

  it("a cancelled migration frees its channel and can be changed no more", async () => {
    const stage = stageOf();
    await openClinic(stage, "cancelled");
    const engineer = stage.as("engineer");
    await engineer.command("/compliance start Other, retail");
    await engineer.sees(/already has an open migration/);
    await engineer.command("/compliance cancel");
    await engineer.submit({ reason: "The customer chose another provider." });
    await engineer.sees(/cancelled|canceled/i);

    await engineer.command("/compliance start Second Clinic, clinic");
    expect(engineer.form()).toContain("Start");
  });
}

async function clear(stage: StoryStage, ways: readonly Way[]): Promise<void> {
  for (const way of ways) await clearRequirement(stage, way, answersOf(stage));
}

/** Asks the gate and reads the newest answer. */
async function passesAt(talker: Talker, stage: 3 | 5): Promise<void> {
  await talker.command(`/compliance gate ${stage}`);
  await talker.sees(
    new RegExp(
      `(Stage ${stage}[\\s\\S]*Compliance gate: PASS\\. Exit code 0\\.)|(Compliance gate: PASS\\. Exit code 0\\.[\\s\\S]*Stage ${stage})`,
    ),
  );
}

async function blockedAt(talker: Talker, stage: 3 | 5, requirement: string): Promise<void> {
  await talker.command(`/compliance gate ${stage}`);
  // By what it is about: the answer to an earlier question may still be the newest.
  await talker.sees(new RegExp(`BLOCKED[\\s\\S]*Stage ${stage}[\\s\\S]*${requirement}`));
}

/** From the first word to both gates open and the report, under HIPAA. */
export async function clinicStory(stage: StoryStage): Promise<void> {
  await openClinic(stage, "northside");
  const engineer = stage.as("engineer");

  await blockedAt(engineer, 3, "hipaa_phi_inventory_partial");
  await clear(stage, HIPAA_WAYS.slice(0, 1));
  await passesAt(engineer, 3);
  await blockedAt(engineer, 5, "hipaa_baa_signed");
  await engineer.command("/compliance report");
  await engineer.sees(/hipaa_baa_signed.*not signed/);
  await clear(stage, HIPAA_WAYS.slice(1));
  await passesAt(engineer, 5);

  await engineer.command("/compliance report");
  const report = await engineer.sees("compliance_report_clinic-northside");
  // A browser shows the file's name; what is in it is looked at on the other surfaces.
  if (stage.surface === "browser") return;
  expect(report).toContain("customer_compliance_officer");
  expect(report).toContain("phi_inventory_complete");
}

/** Three verticals at once, with counsel and the manager, to the closed migration. */
export async function hospitalStory(stage: StoryStage): Promise<void> {
  await stage.enter("lakeside");
  const engineer = stage.as("engineer");
  const industry = "university hospital with insurance billing";
  await start(engineer, { customer: "Lakeside University Hospital", industry });
  await engineer.sees(/flag to your manager/i);
  await confirm(stage, {
    verticals: ["HIPAA", "PCI", "FERPA"],
    facts: { patient_info: "yes", cards_by_phone: "yes", students: "yes" },
  });
  await stage.as("counsel").sees(/counsel/i);
  await stage.as("manager").sees(/Lakeside University Hospital/);

  await blockedAt(engineer, 3, "ferpa_hipaa_counsel_review");
  await clear(stage, [...HIPAA_WAYS, ...PCI_WAYS, ...FERPA_WAYS]);
  await engineer.command("/compliance requirement parent_consent_flow_documented");
  await engineer.sees("The signed FERPA review says that it is a post-secondary institution");
  await passesAt(engineer, 3);
  await passesAt(engineer, 5);
  await engineer.command("/compliance close");
  await engineer.submit();
  await engineer.sees(/closed/i);
}
