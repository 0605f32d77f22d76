import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { refreshGates } from "../../../src/app/gates/refresh.ts";
import { statusInTerminal } from "../../../src/app/terminal/migrations.ts";
import { MigrationId } from "../../../src/domain/ids.ts";
import { isRefusal } from "../../../src/domain/refusal.ts";
import { answerAll, attest, signAs } from "../../scenarios/clear-requirement.ts";
import { answersOf, confirm, day, openClinic, start } from "../../scenarios/openings.ts";
import { openWebStage, type WebStage } from "../../scenarios/web-stage.ts";
import { createDatabase } from "../../support/database.ts";

const database = await createDatabase();
const DAY = 86_400_000;
const LISTED = "fedramp_platform_confirmed";
const CRYPTO = "encryption_verified";
let stage: WebStage;

beforeAll(async () => {
  stage = await openWebStage(database.ownerUrl);
});
afterAll(async () => {
  await stage.stop();
});

function after(days: number) {
  return { ...stage.running.core.deps, clock: () => new Date(Date.now() + days * DAY) };
}

/** The sweep as it would run so many days from now; answers how many messages it edited. */
async function sweepAfter(days: number): Promise<number> {
  const { deps } = stage.running.core;
  const [organisation] = await deps.store.organisations();
  if (!organisation) throw new Error("no organisation");
  return refreshGates(after(days), organisation);
}

async function stateAfter(days: number, customer: string, name: string): Promise<unknown> {
  const rows = await database.asOwner("select id from migrations where customer = $1", [customer]);
  const status = await statusInTerminal(after(days), MigrationId.parse(rows[0]?.id));
  if (isRefusal(status)) throw new Error(status.refused);
  return status.view.requirements.find((requirement) => requirement.name === name)?.state;
}

/** Waits until the channel shows the gate, so that there is a message to edit. */
async function askGate(number: 3 | 5): Promise<void> {
  await stage.as("engineer").command(`/compliance gate ${number}`);
  await expect
    .poll(() =>
      database.asOwner("select 1 from living_messages where key like $1 and ref is not null", [
        `gate:%:${number}`,
      ]),
    )
    .not.toEqual([]);
}

describe("a gate that only time closes", () => {
  it("closes on the 31st day after the FedRAMP check, and the sweep edits what stands in the channel, once", async () => {
    await stage.enter("agency");
    const engineer = stage.as("engineer");
    await start(engineer, { customer: "Harbor Agency", industry: "federal agency" });
    await confirm(stage, { verticals: ["FedRAMP"], facts: { gov: "federal" } });
    await engineer.command(`/compliance answer ${LISTED}`);
    await engineer.submit({
      customer_kind: "federal_agency_executive_branch",
      programme: ["fedramp"],
      platform: "zoom_for_government",
      status: "authorized_certified",
      checked_on: day(0),
    });
    await engineer.submit({
      marketplace_url: "https://marketplace.fedramp.gov/products/FR1234567890",
      fedramp_id: "FR1234567890",
      level: "moderate_class_c",
      required_level: "moderate",
      calling_in_boundary: "yes",
      gov_tenant: "yes",
    });
    await engineer.command(`/compliance evidence ${LISTED}`);
    const file = [{ name: "listing.pdf", content: "%PDF-1.7 listing of today" }];
    await engineer.submit({ slot: "listing_pdf", file });
    await engineer.command(`/compliance request ${LISTED}`);
    await signAs(stage.as("compliance"), LISTED);
    await askGate(3);
    const colleague = stage.as("colleague");
    await colleague.sees("Compliance gate: PASS. Exit code 0.");

    await colleague.sees(/Gate 3 passes/);
    expect(await sweepAfter(0)).toBe(0);
    await sweepAfter(30);
    await colleague.sees("Compliance gate: PASS. Exit code 0.");
    await colleague.sees(/Gate 3 passes/);
    expect(await stateAfter(30, "Harbor Agency", LISTED)).toBe("signed");
    expect(await sweepAfter(31)).toBe(2);
    expect(await stateAfter(31, "Harbor Agency", LISTED)).toBe("expired");
    expect(await sweepAfter(31)).toBe(0);
    const now = await colleague.sees(/older than 30 days/);
    expect(now).toContain(LISTED);
    await expect
      .poll(() => colleague.screen())
      .not.toMatch(/Compliance gate: PASS\. Exit code 0\.|Gate 3 passes/);
  });

  it("counts a waiver until its last day; on the next, the requirement is back in the list", async () => {
    await openClinic(stage, "fax");
    const engineer = stage.as("engineer");
    await answerAll(engineer, CRYPTO, answersOf(stage));
    const way = { requirement: CRYPTO, signers: [] };
    await attest(engineer, { way, role: "customer_compliance_officer", day });
    await engineer.command(`/compliance requirement ${CRYPTO}`);
    await engineer.press(/waiver/i);
    await engineer.submit({ reason: "One analog fax line stays.", expires_on: day(20) });
    for (const role of ["compliance", "security"] as const) {
      await stage.as(role).command(`/compliance sign ${CRYPTO}`);
      await stage.as(role).submit();
    }
    await askGate(5);
    const shown = await stage.as("colleague").sees(/Exit code 2 is not an error/);
    expect(shown).not.toContain(CRYPTO);

    expect(await stateAfter(20, "Clinic fax", CRYPTO)).toBe("waived");
    expect(await stateAfter(21, "Clinic fax", CRYPTO)).toBe("expired");
    await sweepAfter(21);
    await stage
      .as("colleague")
      .sees(
        new RegExp(
          `${CRYPTO}[\\s\\S]*Exit code 2 is not an error|Exit code 2 is not an error[\\s\\S]*${CRYPTO}`,
        ),
      );
  });
});
