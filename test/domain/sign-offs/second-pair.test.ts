import { describe, expect, it } from "vitest";
import type { MemberRole, Person, PersonSummary } from "../../../src/domain/people/person.ts";
import { findStuck, findUnsignable } from "../../../src/domain/sign-offs/second-pair.ts";
import { Requirement } from "../../../src/domain/workflows/definition.ts";
import { aDefinition, aRequirement } from "../../support/definitions.ts";
import {
  actorOf,
  anAnswer,
  anItem,
  aPerson,
  aRecord,
  aView,
  NOW,
  named,
} from "../../support/records.ts";

function summaryOf(person: Person): PersonSummary {
  const { id, profile, roles } = person;
  const { name, email, kind } = profile;
  return { id, name, email, kind, profile, roles, identities: [], lastSeenAt: NOW };
}

/** People with these roles, each list a person. */
const people = (...roles: readonly (readonly MemberRole[])[]) =>
  roles.map((held, index) => summaryOf(aPerson(index + 1, { roles: held })));

const signedBy = (
  roles: readonly MemberRole[],
  quorum: "all" | "any" | number = "all",
  also: object = {},
) =>
  Requirement.parse(
    aRequirement({
      name: "plan",
      sign_off: { signers: roles.map((role) => ({ role, ...also })), quorum },
    }),
  );

const OFFICER: MemberRole = "compliance_officer";
const MANAGER: MemberRole = "engineering_manager";
const SECURITY: MemberRole = "security_lead";

describe("a requirement", () => {
  it.each<[string, ReturnType<typeof signedBy>, readonly PersonSummary[], boolean]>([
    ["one person alone", signedBy([OFFICER]), people([OFFICER]), false],
    ["one who signs and one who answers", signedBy([OFFICER]), people([OFFICER], []), true],
    [
      "both roles in one person, and one who answers",
      signedBy([OFFICER, MANAGER]),
      people([OFFICER, MANAGER], []),
      false,
    ],
    [
      "both roles in one person where either is enough",
      signedBy([OFFICER, MANAGER], "any"),
      people([OFFICER, MANAGER], []),
      true,
    ],
    [
      "two who sign and nobody else",
      signedBy([OFFICER, MANAGER]),
      people([OFFICER], [MANAGER]),
      false,
    ],
    [
      "two who sign and one who answers",
      signedBy([OFFICER, MANAGER]),
      people([OFFICER], [MANAGER], []),
      true,
    ],
    [
      "three roles in two people, one who answers, two needed",
      signedBy([OFFICER, MANAGER, SECURITY], 2),
      people([OFFICER, MANAGER], [SECURITY], []),
      true,
    ],
    [
      "three roles in two people, one who answers, all needed",
      signedBy([OFFICER, MANAGER, SECURITY]),
      people([OFFICER, MANAGER], [SECURITY], []),
      false,
    ],
    [
      "places that only fit one way round",
      signedBy([OFFICER, MANAGER]),
      people([OFFICER, MANAGER], [OFFICER], []),
      true,
    ],
    ["a role that nobody holds is another finding", signedBy([OFFICER]), people([], []), true],
    [
      "a fallback that one person holds",
      signedBy([OFFICER], "all", { fallback: MANAGER }),
      people([MANAGER]),
      false,
    ],
    [
      "the answerer may sign",
      signedBy([OFFICER], "all", { may_be_answerer: true }),
      people([OFFICER]),
      true,
    ],
  ])("and %s", (_, requirement, members, isSignable) => {
    const found = findUnsignable([requirement], members);

    expect(found.map(({ requirement: name }) => name)).toEqual(isSignable ? [] : ["plan"]);
  });

  it("two accounts of one human being are one pair of eyes", () => {
    const email = "cory@ours.example";
    const twins = [1, 2].map((n) => summaryOf(aPerson(n, { email, roles: [OFFICER] })));

    expect(findUnsignable([signedBy([OFFICER])], twins)).toHaveLength(1);
    expect(findUnsignable([signedBy([OFFICER])], [...twins, summaryOf(aPerson(3))])).toEqual([]);
  });

  it("guests and people who have left do not count", () => {
    const guest = summaryOf(aPerson(2, { kind: "guest" }));

    expect(findUnsignable([signedBy([OFFICER])], [...people([OFFICER]), guest])).toHaveLength(1);
  });
});

describe("a migration", () => {
  const officer = aPerson(1, { roles: [OFFICER] });
  const engineer = aPerson(2);
  const definitions = [aDefinition({ vertical: "HIPAA", requirements: [signedBy([OFFICER])] })];
  const answeredBy = (person: Person) =>
    aView(
      aRecord(definitions, {
        items: [
          anItem({
            requirement: named("plan"),
            answers: [anAnswer("note", "Done.", { by: actorOf(person) })],
          }),
        ],
      }),
      definitions,
    );
  const all = [officer, engineer].map(summaryOf);

  it("is stuck where the only officer answered", () => {
    expect(findStuck(answeredBy(officer), all)).toEqual([
      { requirement: "plan", roles: [OFFICER] },
    ]);
  });

  it("is not where somebody else answered, or another officer is there", () => {
    const second = summaryOf(aPerson(3, { roles: [OFFICER] }));

    expect(findStuck(answeredBy(engineer), all)).toEqual([]);
    expect(findStuck(answeredBy(officer), [...all, second])).toEqual([]);
  });
});
