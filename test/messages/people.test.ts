import { expect, test } from "vitest";
import * as people from "../../src/messages/people.ts";
import { anAttestation, aPerson, aRecord, aSummary, CAROL, DANA } from "./builders.ts";
import { commandsOf, linesOf } from "./walk.ts";

const carol = aPerson(CAROL, ["compliance_officer"]);
const manager = aPerson(DANA, ["engineering_manager"]);
const contact = { ...anAttestation().from, role: "qsa" } as const;

test("every role names those who hold it, and says where there is nobody yet", () => {
  const message = people.peopleMessage({ people: [aSummary(carol)], record: null, viewer: carol });

  expect(message.headline).toMatch(/^7 roles have nobody yet: deployment engineer, /);
  expect(linesOf(message)).toContain("Compliance officer: Carol [1 person]");
  expect(linesOf(message)).toContain("Legal counsel: – [nobody yet]");
});

test("a deactivated person holds no role any more", () => {
  const gone = { ...aSummary(carol), kind: "deactivated" } as const;

  const lines = linesOf(people.peopleMessage({ people: [gone], record: null, viewer: carol }));

  expect(lines).toContain("Compliance officer: – [nobody yet]");
});

test("only an administrator sees how roles are granted and taken away", () => {
  const types = (viewer: typeof carol) =>
    commandsOf(people.peopleMessage({ people: [aSummary(carol)], record: null, viewer })).map(
      ({ command }) => command,
    );

  expect(types(carol)).toEqual([]);
  expect(types(manager)).toEqual([
    { type: "GrantRole" },
    { type: "WithdrawRole", person: carol.id, role: "compliance_officer" },
  ]);
});

test("contacts stand with title, organization and address; an empty list says whom to add first", () => {
  const lines = (contacts: readonly (typeof contact)[]) =>
    linesOf(people.peopleMessage({ people: [], record: aRecord({ contacts }), viewer: carol }));

  expect(lines([contact])).toContain(
    "Qualified security assessor (QSA): Robin Roe, Compliance Officer, Mercy Clinic (robin@mercy.example)",
  );
  expect(lines([]).join()).toContain("Add the customer's compliance officer first.");
});

test("a contact is typed, and the first role without a contact is proposed", () => {
  const contacts = [{ ...contact, role: "customer_compliance_officer" } as const];
  const [role, ...others] = people.contactForm(aRecord({ contacts })).fields;

  expect(role).toMatchObject({ id: "role", value: "customer_privacy_officer" });
  expect(others.map(({ id, type }) => `${id}:${type}`)).toEqual([
    "name:text",
    "title:text",
    "organisation:text",
    "email:email",
  ]);
  expect(people.contactSaved(aRecord({ contacts })).headline).toBe(
    "Saved. Mercy Clinic has 1 contact outside.",
  );
});

test("a grant is asked for by person and role, and confirmed in words", () => {
  expect(people.grantRoleForm().fields.map(({ id, type }) => `${id}:${type}`)).toEqual([
    "person:user",
    "role:choice",
  ]);
  expect(people.roleGranted({ person: aSummary(carol), role: "compliance_officer" }).headline).toBe(
    "Carol is compliance officer now.",
  );
});
