/** Whole conversations, told once and run through every surface. */
import { DateTime } from "luxon";
import { describe, expect, it } from "vitest";
import {
  clearRequirement,
  FERPA_WAYS,
  HIPAA_WAYS,
  PCI_WAYS,
  type Way,
} from "./clear-requirement.ts";
import type { Role, Stage, Talker } from "./talker.ts";

export interface StoryStage extends Stage {
  readonly userIds: Readonly<Record<Role, string>>;
  /** A new channel with everybody in it; the talkers speak there from now on. */
  enter(channel: string): Promise<void>;
}

const ZONE = "America/New_York";

/** The day so many days from today, where the customer is. */
function day(offset: number): string {
  return DateTime.now().setZone(ZONE).plus({ days: offset }).toISODate() ?? "";
}

export function runStories(surface: string, stageOf: () => StoryStage): void {
  describe(`in ${surface}`, () => {
    it("a clinic goes from start to both gates open and a closeout report", {
      timeout: 120_000,
    }, async () => {
      const stage = stageOf();
      await stage.enter("northside");
      const engineer = stage.as("engineer");
      await start(engineer, { customer: "Northside Clinic", industry: "medical clinic" });
      await confirm(stage, { verticals: ["HIPAA"], facts: { patient_info: "yes" } });

      await blockedAt(engineer, 3, "hipaa_phi_inventory_partial");
      await clear(stage, HIPAA_WAYS.slice(0, 1));
      await engineer.command("/compliance gate 3");
      await engineer.sees("Compliance gate: PASS. Exit code 0.");
      await blockedAt(engineer, 5, "hipaa_baa_signed");
      await clear(stage, HIPAA_WAYS.slice(1));
      await engineer.command("/compliance gate 5");
      await engineer.sees(
        /Stage 5[\s\S]*Compliance gate: PASS\. Exit code 0\.|Compliance gate: PASS\. Exit code 0\.[\s\S]*Stage 5/,
      );
      await engineer.command("/compliance report");
      const report = await engineer.sees("compliance_report_northside-clinic");
      expect(report).toContain("customer_compliance_officer");
    });

    it("a teaching hospital that takes cards meets three verticals and counsel", {
      timeout: 180_000,
    }, async () => {
      const stage = stageOf();
      await stage.enter("lakeside");
      const engineer = stage.as("engineer");
      await start(engineer, {
        customer: "Lakeside University Hospital",
        industry: "university hospital with insurance billing",
      });
      await confirm(stage, {
        verticals: ["HIPAA", "PCI", "FERPA"],
        facts: { patient_info: "yes", cards_by_phone: "yes", students: "yes" },
      });

      await clear(stage, [...HIPAA_WAYS, ...PCI_WAYS, ...FERPA_WAYS]);
      for (const stageNumber of [3, 5]) {
        await engineer.command(`/compliance gate ${stageNumber}`);
        await engineer.sees("Compliance gate: PASS. Exit code 0.");
      }
      await engineer.command("/compliance close");
      await engineer.submit();
      await engineer.sees(/closed/i);
    });

    async function clear(stage: StoryStage, ways: readonly Way[]): Promise<void> {
      const member = stage.userIds.compliance;
      for (const way of ways) await clearRequirement(stage, way, { day, member });
    }
  });
}

async function start(
  engineer: Talker,
  about: { readonly customer: string; readonly industry: string },
): Promise<void> {
  await engineer.command(`/compliance start ${about.customer}, ${about.industry}`);
  await engineer.submit({ time_zone: ZONE, proposal_on: day(14), go_live_on: day(60) });
  await engineer.press(/review/i);
}

/** Confirms the verticals, answers the facts, and lets whoever has to sign it sign. */
async function confirm(
  stage: StoryStage,
  what: {
    readonly verticals: readonly string[];
    readonly facts: Readonly<Record<string, string>>;
    readonly signers?: readonly Role[];
  },
): Promise<void> {
  const engineer = stage.as("engineer");
  await engineer.submit({ verticals: what.verticals });
  await engineer.submit({
    cards_by_phone: "no",
    patient_info: "no",
    gov: "no",
    students: "no",
    eu_people: "no",
    ...what.facts,
  });
  for (const role of what.signers ?? ["engineer"]) {
    const signer = stage.as(role as Role);
    await signer.command("/compliance sign vertical_confirmed");
    await signer.submit();
    await signer.sees(/Signed off: vertical_confirmed by/);
  }
}

async function blockedAt(talker: Talker, stage: 3 | 5, requirement: string): Promise<void> {
  await talker.command(`/compliance gate ${stage}`);
  const said = await talker.sees(/Exit code 2/);
  expect(said).toContain(requirement);
}
