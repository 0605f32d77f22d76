/** Stories about people: roles, guests, accounts that are gone, homes and contacts. */
import { expect, it } from "vitest";
import { signAs } from "./clear-requirement.ts";
import { LOGGING, openClinic, requested, type StoryStage } from "./openings.ts";

export function tellPeople(stageOf: () => StoryStage): void {
  it("a guest reads and decides nothing", async () => {
    const stage = stageOf();
    await requested(stage, "guest");
    const guest = stage.as("guest");
    await guest.command("/compliance status");
    await guest.sees(/Set call-record/);
    await guest.command(`/compliance sign ${LOGGING.requirement}`);
    await guest.sees(/Only full members can do this; guest accounts may read and talk/);
    await guest.command(`/compliance answer ${LOGGING.requirement}`);

    expect(guest.form()).toBeNull();
    await guest.openHome();
    const home = await guest.sees(/Guests read along; only full members sign/);
    expect(home).not.toMatch(/Start a migration|start a new one|compliance start/);
    expect(home).toContain("People and roles");
  });

  it("a deactivated account decides nothing", async () => {
    const stage = stageOf();
    await requested(stage, "gone");
    await stage.as("gone").command(`/compliance sign ${LOGGING.requirement}`);

    await stage.as("gone").sees(/deactivated accounts/);
  });

  it("an administrator grants a role to a colleague, who can sign then", async () => {
    const stage = stageOf();
    await requested(stage, "granted");
    await stage.as("colleague").command(`/compliance sign ${LOGGING.requirement}`);
    await stage.as("colleague").sees(/needs the role compliance officer/);
    const manager = stage.as("manager");
    await manager.command("/compliance people");
    await manager.press("Grant a role");
    await manager.submit({ person: stage.userIds.colleague, role: "compliance_officer" });
    await manager.sees(/compliance officer/);
    await signAs(stage.as("colleague"), LOGGING.requirement);

    await manager.command("/compliance people");
    await manager
      .press(/^(Withdraw|Remove|Take).*(Diego|compliance officer)/i)
      .catch(() => undefined);
  });

  it("nobody grants roles without being an administrator, nor a signing role to themselves", async () => {
    const stage = stageOf();
    await openClinic(stage, "self-granted");
    await stage.as("engineer").command("/compliance people");
    await stage
      .as("engineer")
      .press("Grant a role")
      .catch(() => undefined);
    expect(stage.as("engineer").form()).toBeNull();

    const manager = stage.as("manager");
    await manager.command("/compliance people");
    await manager.press("Grant a role");
    await manager.submit({ person: stage.userIds.manager, role: "security_lead" });
    await manager.sees(/Nobody grants a signing role to themselves/);
  });

  it("a role that was taken away between opening and signing does not sign", async () => {
    const stage = stageOf();
    await requested(stage, "role-gone");
    const manager = stage.as("manager");
    await manager.command("/compliance people");
    await manager.press("Grant a role");
    await manager.submit({ person: stage.userIds.it, role: "compliance_officer" });
    const it = stage.as("it");
    await it.command(`/compliance sign ${LOGGING.requirement}`);
    expect(it.form()).not.toBeNull();
    await manager.command("/compliance people");
    await manager.press(/compliance officer.*Theo|Theo.*compliance officer/i);
    await it.submit();

    await it.sees(/needs the role compliance officer/);
  });

  it("a contact outside is typed once and offered in the attestation", async () => {
    const stage = stageOf();
    await openClinic(stage, "contact");
    const engineer = stage.as("engineer");
    await engineer.command("/compliance people");
    await engineer.press("Add a contact");
    await engineer.submit({
      role: "customer_compliance_officer",
      name: "Morgan Reyes",
      title: "Compliance Officer",
      organisation: "Northside Health",
      email: "morgan.reyes@northside.example",
    });
    await engineer.sees(/Morgan Reyes/);
    await engineer.command("/compliance requirement hipaa_baa_signed");
    await engineer.press(/attestation/i);
    await engineer.submit({
      form: "letter",
      confirmed_on: new Date(Date.now() - 86_400_000).toISOString().slice(0, 10),
      statement: "We signed.",
      document: [{ name: "letter.pdf", content: "%PDF letter" }],
      checked_how: "known_address",
    });

    await engineer.sees(/Morgan Reyes|attestation/i);
  });

  it("the home shows what waits for me and what I wait for", async () => {
    const stage = stageOf();
    await requested(stage, "home");
    await stage.as("compliance").openHome();
    await stage.as("compliance").sees(/Clinic home/);
    await stage.as("engineer").openHome();

    await stage.as("engineer").sees(/Clinic home/);
  });

  it("the doctor answers with every check in words", async () => {
    const stage = stageOf();
    await stage.as("engineer").command("/compliance doctor");

    await stage.as("engineer").sees(/database/i);
  });
}
