import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openClinic } from "../../scenarios/openings.ts";
import { openWebStage, type WebStage } from "../../scenarios/web-stage.ts";
import { createDatabase } from "../../support/database.ts";

const database = await createDatabase();
let stage: WebStage;

beforeAll(async () => {
  stage = await openWebStage(database.ownerUrl);
});
afterAll(async () => {
  await stage.stop();
});

describe("what people read about a vertical", () => {
  it.each([
    ["hipaa", "About HIPAA (HealthComm)", 3],
    ["PCI-DSS", "About PCI-DSS (SecureVoice)", 4],
    ["fedramp", "About FedRAMP (GovConnect)", 3],
    ["FERPA", "About FERPA (EduComm)", 3],
  ])(
    "help %s says why it matters and gives every critical note",
    async (topic, headline, count) => {
      const engineer = stage.as("engineer");
      await engineer.command(`/compliance help ${topic}`);
      const said = await engineer.sees(headline);
      const { workflows } = stage.running.core.deps;
      const workflow = workflows.find(({ workflow: { title } }) => headline.includes(` ${title} `));

      expect(workflow?.workflow.notes).toHaveLength(count);
      for (const text of [workflow?.workflow.why, ...(workflow?.workflow.notes ?? [])])
        expect(said).toContain(text);
    },
  );

  it("is one click away from each of its requirements", async () => {
    await openClinic(stage, "about");
    const engineer = stage.as("engineer");
    await engineer.command("/compliance requirement hipaa_baa_signed");
    await engineer.press("About HIPAA");

    await engineer.sees(/Request the HIPAA\/BAA tier explicitly/);
  });
});
