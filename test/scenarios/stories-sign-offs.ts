/** Stories about signatures: who may give them, how requests end, and what takes a signature back. */
import { expect, it } from "vitest";
import { addProofs, answerAll, attest, HIPAA_WAYS, PCI_WAYS, signAs } from "./clear-requirement.ts";
import {
  answersOf,
  confirm,
  day,
  LOGGING,
  openClinic,
  requested,
  type StoryStage,
  start,
} from "./openings.ts";

const NAME = LOGGING.requirement;

export function tellSignOffs(stageOf: () => StoryStage): void {
  it("the requester hears of the signature by direct message, and the card says who signed", async () => {
    const stage = stageOf();
    await requested(stage, "told");
    await stage.as("compliance").sees(/Your signature is asked for/);
    await signAs(stage.as("compliance"), NAME);

    await stage.as("engineer").sees(/Your request for [^\n]*Clinic told[^\n]*signed/);
    await stage.as("engineer").command("/compliance status");
    await stage.as("engineer").sees(/signed/);
  });

  it("the ceremony shows the answers, the hash of the evidence and the sentence being signed", async () => {
    const stage = stageOf();
    await requested(stage, "ceremony");
    await stage.as("compliance").command(`/compliance sign ${NAME}`);

    const form = stage.as("compliance").form() ?? "";
    expect(form).toContain("72");
    expect(form).toMatch(/[0-9a-f]{12}/);
    expect(form).toMatch(/I have checked|I confirm|I have seen/);
    expect(form).toMatch(/will be told/);
  });

  it("whoever answered, uploaded or asked cannot sign", async () => {
    const stage = stageOf();
    await openClinic(stage, "own-work");
    await answerAll(stage.as("compliance"), NAME, answersOf(stage));
    await addProofs(stage.as("engineer"), LOGGING, day);
    await stage.as("engineer").command(`/compliance request ${NAME}`);
    await stage.as("compliance").command(`/compliance sign ${NAME}`);

    await stage.as("compliance").sees(/You gave answers here, so somebody else has to sign/);
    await stage.as("engineer").command(`/compliance sign ${NAME}`);
    await stage.as("engineer").sees(/needs the role|You added evidence|You gave answers/);
  });

  it("a letter about a document that was replaced counts no more, until it covers the new one", async () => {
    const stage = stageOf();
    await openClinic(stage, "replaced");
    const engineer = stage.as("engineer");
    const plan = { requirement: "breach_response_plan_signed", files: ["irp_page"], signers: [] };
    await answerAll(engineer, plan.requirement, answersOf(stage));
    await addProofs(engineer, { ...plan, attestedBy: ["customer_compliance_officer"] }, day);
    await engineer.command(`/compliance evidence ${plan.requirement}`);
    const file = [{ name: "irp-2.pdf", content: "%PDF-1.7 the next version" }];
    await engineer.submit({ slot: "irp_page", file });

    await engineer.sees(/is about irp_page\.pdf as it was on/);
    await engineer.command(`/compliance request ${plan.requirement}`);
    await engineer.sees(/Not ready for a signature yet[^\n]*irp_page\.pdf/);
    await stage.as("compliance").command(`/compliance sign ${plan.requirement}`);
    await stage.as("compliance").sees(/Not ready for a signature yet[^\n]*irp_page\.pdf/);
    expect(stage.as("compliance").form()).toBeNull();

    await engineer.command(`/compliance requirement ${plan.requirement}`);
    await engineer.press(/attestation/i);
    expect(engineer.form()).toMatch(/record that it covers the new version/);
    await engineer.submit({ checked_how: "asked_back" });
    await engineer.command(`/compliance request ${plan.requirement}`);
    await signAs(stage.as("compliance"), plan.requirement);
  });

  it("a rejection needs a reason, tells the requester, and stays until it is asked for again", async () => {
    const stage = stageOf();
    await requested(stage, "rejected");
    const officer = stage.as("compliance");
    await officer.press("Reject");
    await officer.submit({ reason: "The screenshot shows another tenant." });
    await stage.as("engineer").sees(/Your request for [^\n]*Clinic rejected[^\n]*reject/);
    await stage.as("engineer").command(`/compliance requirement ${NAME}`);
    await stage.as("engineer").sees(/The screenshot shows another tenant/);
    await stage.as("engineer").openHome();
    const home = await stage.as("engineer").sees(/rejected: The screenshot shows another tenant/);
    expect(home).toMatch(
      /Waiting for me \(\d+\)[\s\S]*Clinic rejected: [^\n]*, rejected: The screenshot/,
    );
    await stage.as("colleague").openHome();
    const others = await stage.as("colleague").sees(/Waiting for me/);
    expect(others).not.toContain("The screenshot shows another tenant");

    await stage.as("engineer").command(`/compliance request ${NAME}`);
    await signAs(officer, NAME);
  });

  it("asking for changes sends the item back with what has to change", async () => {
    const stage = stageOf();
    await requested(stage, "changes");
    await stage.as("compliance").press("Ask for changes");
    await stage.as("compliance").submit({ reason: "Please add the archive job." });

    await stage.as("engineer").sees(/Please add the archive job/);
    await stage.as("compliance").command(`/compliance claim ${NAME}`);
    await stage.as("compliance").sees(/nothing to sign here/);
  });

  it("only the requester withdraws a request", async () => {
    const stage = stageOf();
    await requested(stage, "withdrawn");
    await stage.as("colleague").command(`/compliance requirement ${NAME}`);
    await expect(stage.as("colleague").press("Withdraw the request")).rejects.toThrow(/sees no/);
    await stage.as("engineer").command(`/compliance requirement ${NAME}`);
    await stage.as("engineer").press("Withdraw the request");

    await stage.as("compliance").sees(/withdrawn/i);
    await stage.as("compliance").command(`/compliance claim ${NAME}`);
    await stage.as("compliance").sees(/nothing to sign here/);
  });

  it("a ceremony that is open while the request is withdrawn signs nothing", async () => {
    const stage = stageOf();
    await requested(stage, "too-late");
    await stage.as("compliance").command(`/compliance sign ${NAME}`);
    await stage.as("engineer").command(`/compliance requirement ${NAME}`);
    await stage.as("engineer").press("Withdraw the request");
    await stage.as("compliance").submit();

    await stage.as("compliance").sees(/already withdrawn by Amara/);
  });

  it("a claim is shown to the others", async () => {
    const stage = stageOf();
    await requested(stage, "claimed");
    await stage.as("compliance").command(`/compliance claim ${NAME}`);

    await stage.as("colleague").sees(/is on it/);
  });

  it("a mis-click is undone within thirty seconds and the gate closes again", async () => {
    const stage = stageOf();
    await requested(stage, "undone");
    await signAs(stage.as("compliance"), NAME);
    await stage.as("compliance").command("/compliance undo");

    await stage.as("compliance").sees(/undone|taken back|undo/i);
    await stage.as("engineer").command("/compliance gate 5");
    const gate = await stage.as("engineer").sees(/Exit code 2/);
    expect(gate).toContain(NAME);

    await stage.as("compliance").command(`/compliance requirement ${NAME}`);
    const details = await stage.as("compliance").sees(/Who signs/);
    expect(details).not.toContain("Request sign-off");
    await stage.as("compliance").press("Review and sign");
    await stage.as("compliance").submit();
    await stage.as("compliance").sees(`Signed off: ${NAME} by`);
  });

  it("a revoked signature closes the gate at once and the channel is told", async () => {
    const stage = stageOf();
    await requested(stage, "revoked");
    await signAs(stage.as("compliance"), NAME);
    await stage.as("compliance").command(`/compliance revoke ${NAME}`);
    await stage.as("compliance").submit({ reason: "The archive job failed last night." });

    await stage.as("colleague").sees(/The archive job failed last night/);
    await stage.as("engineer").command(`/compliance requirement ${NAME}`);
    await stage.as("engineer").sees(/revoked/i);
  });

  it("nobody but the signer or a compliance officer revokes", async () => {
    const stage = stageOf();
    await requested(stage, "not-yours");
    await signAs(stage.as("compliance"), NAME);
    await stage.as("engineer").command(`/compliance revoke ${NAME}`);
    if (stage.as("engineer").form() !== null) {
      await stage.as("engineer").submit({ reason: "I do not like it." });
    }

    await stage.as("engineer").sees(/needs the role compliance officer|Only the signer/);
  });

  it("changing an answer after the signature opens the requirement again", async () => {
    const stage = stageOf();
    await requested(stage, "reopened");
    await signAs(stage.as("compliance"), NAME);
    const engineer = stage.as("engineer");
    await engineer.command(`/compliance answer ${NAME}`);
    await engineer.submit({ cdr_retention_months: "84" });

    await engineer.command("/compliance gate 5");
    expect(await engineer.sees(/Exit code 2/)).toContain(NAME);
    await engineer.command(`/compliance request ${NAME}`);
    await signAs(stage.as("compliance"), NAME);
  });

  it("a signature on what has changed since it was opened is refused", async () => {
    const stage = stageOf();
    await requested(stage, "stale");
    await stage.as("compliance").command(`/compliance sign ${NAME}`);
    await stage.as("engineer").command(`/compliance answer ${NAME}`);
    await stage.as("engineer").submit({ cdr_retention_months: "90" });
    await stage.as("compliance").submit();

    await stage.as("compliance").sees(/This changed since you opened it/);
  });

  it("something changed: the signature no longer counts, with the reason", async () => {
    const stage = stageOf();
    await requested(stage, "something-changed");
    await signAs(stage.as("compliance"), NAME);
    await stage.as("engineer").command(`/compliance requirement ${NAME}`);
    await stage.as("engineer").press("Something changed");
    await stage.as("engineer").submit({ reason: "The customer moved to another plan." });

    await stage.as("engineer").command(`/compliance requirement ${NAME}`);
    await stage.as("engineer").sees(/The customer moved to another plan/);
  });

  it("two signatures are needed where the table says so", async () => {
    const stage = stageOf();
    await stage.enter("quorum");
    await start(stage.as("engineer"), { customer: "Card Shop", industry: "insurance" });
    await confirm(stage, { verticals: ["PCI"], facts: { cards_by_phone: "yes" } });
    const [scope] = PCI_WAYS;
    if (!scope) throw new Error("no way");
    await answerAll(stage.as("engineer"), scope.requirement, answersOf(stage));
    await addProofs(stage.as("engineer"), scope, day);
    await stage.as("engineer").command(`/compliance request ${scope.requirement}`);
    await signAs(stage.as("security"), scope.requirement);
    await stage
      .as("engineer")
      .sees(/Your request for [^\n]*Card Shop[^\n]*signed by [^\n]*, 1 of 2 signatures/);
    await stage.as("engineer").command("/compliance gate 3");
    expect(await stage.as("engineer").sees(/Exit code 2/)).toContain(scope.requirement);
    await stage.as("security").command(`/compliance sign ${scope.requirement}`);
    await stage.as("security").sees(/already signed/);
    await signAs(stage.as("compliance"), scope.requirement);
    await stage.as("engineer").sees(/Card Shop[^\n]*signed by [^\n]* and [^\n]*complete: signed/);

    await stage.as("engineer").command("/compliance gate 3");
    await stage.as("engineer").sees("Compliance gate: PASS. Exit code 0.");
  });

  it("a waiver takes a reason, a last day, the customer's word and two members", async () => {
    const stage = stageOf();
    await openClinic(stage, "waived");
    const engineer = stage.as("engineer");
    const way = HIPAA_WAYS.find(({ requirement }) => requirement === "encryption_verified");
    if (!way) throw new Error("no way");
    await answerAll(engineer, way.requirement, answersOf(stage));
    const ask = async (days: number): Promise<void> => {
      await engineer.command(`/compliance requirement ${way.requirement}`);
      await engineer.press(/waiver/i);
      await engineer.submit({ reason: "One analog fax line stays.", expires_on: day(days) });
    };
    await ask(400);
    await engineer.sees(/at most 90 days/);
    await ask(60);
    await engineer.sees(/The written word of the customer's compliance officer is still missing/);
    await attest(engineer, { way, role: "customer_compliance_officer", day });
    await ask(60);
    for (const role of ["compliance", "security"] as const) {
      await stage.as(role).command(`/compliance sign ${way.requirement}`);
      await stage.as(role).submit();
    }
    await engineer.command(`/compliance requirement ${way.requirement}`);
    await engineer.sees(/waived/i);
  });

  it("a click that arrives twice has one effect", async () => {
    const stage = stageOf();
    await requested(stage, "twice");
    const officer = stage.as("compliance");
    await officer.command(`/compliance sign ${NAME}`);
    await officer.submit();
    await officer.sees(/Signed off: audit_logging_enabled by/);
    await officer.repeat();

    await stage.as("engineer").command(`/compliance requirement ${NAME}`);
    const page = await stage.as("engineer").sees(/Set call-record[\s\S]*Common mistakes/);
    expect(page).toMatch(/Signed by [^\n]*Priya/);
    await stage.as("engineer").command("/compliance verify");
    await stage.as("engineer").sees(/ledger|entries/i);
  });
}
