/** Stories about answers, evidence and help. */
import { expect, it } from "vitest";
import { answerAll, answerPage } from "./clear-requirement.ts";
import { answersOf, day, LOGGING, openClinic, readyToSign, type StoryStage } from "./openings.ts";

export function tellAnswers(stageOf: () => StoryStage): void {
  it("a half-done interview is finished by a colleague where it was left", async () => {
    const stage = stageOf();
    await openClinic(stage, "resumed");
    const engineer = stage.as("engineer");
    await engineer.command("/compliance answer encryption_verified");
    await answerPage(engineer, "encryption_verified", answersOf(stage));

    const colleague = stage.as("colleague");
    await colleague.command("/compliance answer encryption");
    expect(colleague.fields()).toContain("doc_url");
    expect(colleague.fields()).not.toContain("sip_tls_version");
  });

  it("a day in the future is refused beside its field and the rest can be sent again", async () => {
    const stage = stageOf();
    await openClinic(stage, "impossible");
    const engineer = stage.as("engineer");
    await engineer.command("/compliance answer audit_logging_enabled");
    await engineer.submit({
      cdr_retention_months: "72",
      where: "platform_setting",
      admin_audit: "yes_72_months_or_more",
      access_log: "yes",
      immutable: "no_locked_worm",
    });
    const rest = { reviewer: stage.userIds.compliance, review_frequency: "monthly" };
    await engineer.submit({ ...rest, set_on: day(3) });

    expect(Object.keys(engineer.errors())).toEqual(["set_on"]);
    await engineer.submit({ ...rest, set_on: day(-1) });
    expect(engineer.errors()).toEqual({});
    expect(engineer.form()).toBeNull();
  });

  it("thirty-six months are stored, keep the requirement closed and say why", async () => {
    const stage = stageOf();
    await readyToSign(stage, "short-retention");
    const engineer = stage.as("engineer");
    await engineer.command("/compliance answer audit_logging_enabled");
    await engineer.submit({ cdr_retention_months: "36" });
    await engineer.command("/compliance request audit_logging_enabled");
    const said = await engineer.sees(/An answer keeps this closed/);
    expect(said).toMatch(/72/);
    await engineer.command("/compliance gate 5");
    await engineer.sees(/audit_logging_enabled/);
  });

  it("a file dropped into the channel becomes evidence after one question", async () => {
    const stage = stageOf();
    await openClinic(stage, "dropped");
    const engineer = stage.as("engineer");
    const file = { name: "retention.png", content: "a screenshot of the retention policy" };
    await engineer.dropFile(file);
    if (engineer.form() === null) await engineer.press("Choose where");
    const asked = engineer.fields().includes("files") ? { files: [file] } : {};
    await engineer.submit({ slot: "audit_logging_enabled.retention_shot", ...asked });
    await engineer.sees(/retention\.png/);
  });

  it("links said in a thread of the migration become evidence after one question, once", async () => {
    const stage = stageOf();
    await openClinic(stage, "said-links");
    const engineer = stage.as("engineer");
    const card = /Clinic said-links/;
    await engineer.say("see https://lunch.example/menu");
    await stage.as("guest").say("and https://guest.example/a", card);
    await engineer.say(
      "The policy: https://docs.example.com/retention.png?a=1&b=2, (https://wiki.example.org/cdr)",
      card,
    );
    await engineer.sees("Keep these 2 links to docs.example.com and wiki.example.org as evidence?");
    const offered = await engineer.screen();
    await engineer.repeat();
    expect(await engineer.screen()).toBe(offered);
    expect(offered).not.toContain("this link to lunch.example");
    expect(await stage.as("guest").screen()).not.toContain("as evidence?");

    await engineer.press("Choose where");
    expect(engineer.fields()).toEqual(["slot", "links"]);
    await engineer.submit({ slot: "audit_logging_enabled.retention_shot" });
    await engineer.sees(/Kept: 2 pieces of evidence/);
    await engineer.repeat();
    await engineer.command("/compliance requirement audit_logging_enabled");
    const shown = await engineer.sees(/retention\.png/);
    expect(shown.match(/policy showing 72 months: (retention\.png|cdr)/g)).toHaveLength(2);
  });

  it.each([
    ["a card number in the customer's name", "4111 1111 1111 1111", /payment card/],
    ["a social security number", "123-45-6789", /Social Security/],
    ["a secret key", "xoxb-123456789012-abcdefghijklmnop", /secret key/],
  ])("%s is refused and kept nowhere", async (_what, secret, says) => {
    const stage = stageOf();
    await openClinic(stage, `secret-${secret.slice(0, 3).toLowerCase().trim()}`);
    const engineer = stage.as("engineer");
    await engineer.command("/compliance answer breach_response_plan_signed");
    await engineer.submit({
      irp_version: `Plan of ${secret}`,
      irp_date: day(-20),
      platform_named: "yes",
      provider_contact: "security@ucaas.example",
    });

    await engineer.sees(says);
    await engineer.command("/compliance requirement breach_response_plan_signed");
    expect(await engineer.screen()).not.toContain(secret);
  });

  it("a file with a card number in it is refused, and so is one with a card number as its name", async () => {
    const stage = stageOf();
    await openClinic(stage, "secret-file");
    const engineer = stage.as("engineer");
    for (const file of [
      { name: "export.csv", content: "caller,card\n1001,4111111111111111\n" },
      { name: "4111111111111111.csv", content: "caller\n1001\n" },
    ]) {
      await engineer.command("/compliance evidence audit_logging_enabled");
      await engineer.submit({ slot: "retention_shot", file: [file] });
      await engineer.sees(/payment card/);
    }
    await engineer.command("/compliance evidence audit_logging_enabled");
    await engineer.submit({ slot: "retention_shot", file: [{ name: "empty.pdf", content: "" }] });
    await engineer.sees(/is empty/);
  });

  it("typos are forgiven and nonsense gets suggestions", async () => {
    const stage = stageOf();
    await openClinic(stage, "typos");
    const engineer = stage.as("engineer");
    await engineer.command("/compliance statsu");
    await engineer.sees(/audit_logging_enabled|Set call-record/);
    await engineer.command("/compliance anwser audit loging");
    expect(engineer.fields()).toContain("cdr_retention_months");
    await engineer.command("/compliance mates");
    await engineer.sees(/I do not know “mates”/);
    await engineer.command("/compliance help");
    await engineer.sees(/\/compliance doctor/);
  });

  it("hostile words are shown as text and reach nobody", async () => {
    const stage = stageOf();
    await stage.enter("hostile");
    const engineer = stage.as("engineer");
    await engineer.command("/compliance start <!channel> <https://evil.example|click>, clinic");
    await engineer.submit({ time_zone: "America/New_York" });
    const shown = await engineer.sees(/evil\.example/);
    expect(shown).toContain("<!channel>");
  });

  it("an answered page is shown as it was answered, and nothing is asked twice", async () => {
    const stage = stageOf();
    await openClinic(stage, "asked-once");
    const engineer = stage.as("engineer");
    await answerAll(engineer, LOGGING.requirement, answersOf(stage));
    await engineer.command("/compliance requirement audit_logging_enabled");
    const page = await engineer.sees(/Set call-record/);
    expect(page).toContain("72");
  });
}
