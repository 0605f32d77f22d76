import { describe, expect, it } from "vitest";
import type { SignOff } from "../../../src/domain/migrations/record.ts";
import type { MemberRole } from "../../../src/domain/people/person.ts";
import { quorumOf } from "../../../src/domain/requirements/quorum.ts";
import type { Signer, SignOffRule } from "../../../src/domain/workflows/definition.ts";
import { fc } from "../../support/properties.ts";
import { aPerson, aSignOff, digest, signerOf, signOffId } from "../../support/records.ts";

const EVERYONE = new Set<MemberRole>(["compliance_officer", "security_lead", "legal_counsel"]);

function signature(n: number, role: SignOff["role"], person = aPerson(n)): SignOff {
  return aSignOff({ id: signOffId(n), contentHash: digest("a"), role, signer: signerOf(person) });
}

function quorum(
  signers: readonly Signer[],
  signOffs: readonly SignOff[],
  more: { rule?: SignOffRule["quorum"]; heldRoles?: ReadonlySet<MemberRole> } = {},
) {
  return quorumOf({
    signers,
    rule: more.rule ?? "all",
    meaning: "requirement_met",
    signOffs,
    heldRoles: more.heldRoles ?? EVERYONE,
  });
}

const OFFICER: Signer = { role: "compliance_officer" };
const SECURITY: Signer = { role: "security_lead" };
const COUNSEL: Signer = { role: "legal_counsel", fallback: "compliance_officer" };
const ANYBODY: Signer = { role: "member" };

describe("a quorum", () => {
  it.each<[string, readonly Signer[], SignOffRule["quorum"], readonly SignOff[], boolean]>([
    [
      "all of two with one",
      [OFFICER, SECURITY],
      "all",
      [signature(1, "compliance_officer")],
      false,
    ],
    [
      "all of two with both",
      [OFFICER, SECURITY],
      "all",
      [signature(1, "compliance_officer"), signature(2, "security_lead")],
      true,
    ],
    ["any of two with one", [OFFICER, SECURITY], "any", [signature(2, "security_lead")], true],
    ["any of two with none", [OFFICER, SECURITY], "any", [], false],
    [
      "two of three with two",
      [OFFICER, SECURITY, COUNSEL],
      2,
      [signature(1, "legal_counsel"), signature(2, "security_lead")],
      true,
    ],
    [
      "two of three with one",
      [OFFICER, SECURITY, COUNSEL],
      2,
      [signature(2, "security_lead")],
      false,
    ],
    [
      "three of two, which nobody can reach",
      [OFFICER, SECURITY],
      3,
      [signature(1, "compliance_officer"), signature(2, "security_lead")],
      false,
    ],
    [
      "one role twice, signed by one",
      [OFFICER, OFFICER],
      "all",
      [signature(1, "compliance_officer")],
      false,
    ],
    [
      "one role twice, signed by two",
      [OFFICER, OFFICER],
      "all",
      [signature(1, "compliance_officer"), signature(2, "compliance_officer")],
      true,
    ],
    ["a role that was not asked for", [OFFICER], "all", [signature(1, "security_lead")], false],
    ["a member where a role is needed", [OFFICER], "all", [signature(1, "member")], false],
    ["a member where any member will do", [ANYBODY], "all", [signature(1, "member")], true],
  ])("%s", (_, signers, rule, signOffs, met) => {
    expect(quorum(signers, signOffs, { rule }).met).toBe(met);
  });

  it.each(["all", "any", 1] as const)("of nobody (%s) is never met", (rule) => {
    expect(quorum([], [signature(1, "compliance_officer")], { rule }).met).toBe(false);
  });

  it("counts one human being once, whatever the account", () => {
    const twice = aPerson(2, { email: "PERSON1@ours.example " });

    expect(
      quorum(
        [OFFICER, SECURITY],
        [signature(1, "compliance_officer"), signature(2, "security_lead", twice)],
      ).met,
    ).toBe(false);
    expect(
      quorum(
        [OFFICER, SECURITY],
        [signature(1, "compliance_officer"), signature(2, "security_lead")],
      ).met,
    ).toBe(true);
  });

  it("three accounts that share addresses in a chain are one human being", () => {
    const middle = { ...aPerson(2, { email: "person1@ours.example" }) };
    const last = { ...middle, profile: { ...middle.profile, email: "person3@ours.example" } };
    const signOffs = [
      signature(1, "compliance_officer"),
      signature(3, "security_lead"),
      signature(2, "compliance_officer", middle),
      signature(4, "security_lead", last),
    ];

    expect(quorum([OFFICER, SECURITY], signOffs).met).toBe(false);
  });
});

describe("a fallback", () => {
  it("signs when nobody holds the role, and not before", () => {
    const [held] = quorum([COUNSEL], []).needs;
    const [unheld] = quorum([COUNSEL], [], { heldRoles: new Set(["compliance_officer"]) }).needs;

    expect(held?.role).toBe("legal_counsel");
    expect(unheld?.role).toBe("compliance_officer");
  });

  it("stays good when somebody gets the role later, and a signature outlives the last holder", () => {
    expect(quorum([COUNSEL], [signature(1, "compliance_officer")]).met).toBe(true);
    expect(quorum([COUNSEL], [signature(1, "legal_counsel")], { heldRoles: new Set() }).met).toBe(
      true,
    );
  });
});

describe("matching people to places", () => {
  const role = fc.constantFrom<SignOff["role"]>(
    "compliance_officer",
    "security_lead",
    "legal_counsel",
    "member",
  );
  const signer = fc.record({
    role,
    fallback: fc.option(fc.constantFrom<MemberRole>("compliance_officer", "security_lead"), {
      nil: undefined,
    }),
  });
  const signOff = fc.record({ person: fc.integer({ min: 1, max: 4 }), role });

  it("finds as many as trying every order does", () => {
    fc.assert(
      fc.property(
        fc.array(signer, { maxLength: 4 }),
        fc.array(signOff, { maxLength: 5 }),
        (wanted, given) => {
          const signers: Signer[] = wanted.map(({ role: needed, fallback }) => ({
            role: needed,
            ...(fallback ? { fallback } : {}),
          }));
          const signOffs = given.map((one, index) =>
            signature(index + 10, one.role, aPerson(one.person)),
          );

          const found = quorum(signers, signOffs);

          expect(found.given).toBe(mostByTrying(signers, signOffs));
          expect(
            new Set(found.needs.flatMap(({ given: by }) => (by ? [by.signer.personId] : []))).size,
          ).toBe(found.given);
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** The most places that can be filled, by trying every signature in every place. */
function mostByTrying(
  signers: readonly Signer[],
  signOffs: readonly SignOff[],
  used: readonly string[] = [],
): number {
  const [first, ...rest] = signers;
  if (!first) return 0;
  const without = mostByTrying(rest, signOffs, used);
  const withOne = signOffs
    .filter(({ signer: { personId } }) => !used.includes(personId))
    .filter((given) => given.role === first.role || given.role === first.fallback)
    .map(({ signer: { personId } }) => 1 + mostByTrying(rest, signOffs, [...used, personId]));
  return Math.max(without, ...withOne);
}
