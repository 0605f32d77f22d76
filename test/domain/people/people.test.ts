import { describe, expect, it } from "vitest";
import type { Person } from "../../../src/domain/people/person.ts";
import { EXTERNAL_ROLES, MEMBER_ROLES } from "../../../src/domain/people/person.ts";
import { anyRole, roleName } from "../../../src/domain/people/role-names.ts";
import { decideRoleGrant, decideRoleWithdrawal } from "../../../src/domain/people/roles.ts";
import { domainOf, isSamePerson } from "../../../src/domain/people/same-person.ts";
import { mayDecide, mayWork } from "../../../src/domain/people/standing.ts";
import { isEmail, plainName, readLine } from "../../../src/domain/people/typed-text.ts";
import { aPerson, personId } from "../../support/records.ts";

const ADMIN = aPerson(1, { isAdministrator: true });
const MEMBER = aPerson(2);

describe("roles", () => {
  it.each<[string, Person, Person, object]>([
    [
      "an administrator, to a member",
      ADMIN,
      MEMBER,
      { facts: [{ type: "RoleGranted", personId: MEMBER.id, role: "security_lead" }] },
    ],
    ["somebody who is no administrator", aPerson(3), MEMBER, { refused: "administrator_needed" }],
    [
      "an administrator who is a guest",
      aPerson(3, { isAdministrator: true, kind: "guest" }),
      MEMBER,
      { refused: "administrator_needed" },
    ],
    ["an administrator, to themself", ADMIN, ADMIN, { refused: "role_for_yourself" }],
    [
      "an administrator, to their second account",
      ADMIN,
      aPerson(4, { email: "PERSON1@ours.example" }),
      { refused: "role_for_yourself" },
    ],
    [
      "an administrator, to a guest",
      ADMIN,
      aPerson(4, { kind: "guest" }),
      { refused: "not_a_member", kind: "guest" },
    ],
    [
      "an administrator, a second time",
      ADMIN,
      { ...MEMBER, roles: ["security_lead"] },
      { refused: "already_done" },
    ],
  ])("are granted by %s", (_, granter, grantee, expected) => {
    expect(decideRoleGrant({ granter, grantee, role: "security_lead" })).toEqual(expected);
  });

  it("are taken away by administrators, also from those who left", () => {
    const left = { ...aPerson(5, { kind: "deactivated" }), roles: ["security_lead" as const] };

    expect(decideRoleWithdrawal({ granter: ADMIN, grantee: left, role: "security_lead" })).toEqual({
      facts: [{ type: "RoleWithdrawn", personId: left.id, role: "security_lead" }],
    });
    expect(decideRoleWithdrawal({ granter: MEMBER, grantee: left, role: "security_lead" })).toEqual(
      { refused: "administrator_needed" },
    );
    expect(decideRoleWithdrawal({ granter: ADMIN, grantee: left, role: "legal_counsel" })).toEqual({
      refused: "already_done",
    });
  });

  it("each have a name of their own", () => {
    const names = [...MEMBER_ROLES, ...EXTERNAL_ROLES].map(roleName);

    expect(new Set(names).size).toBe(names.length);
    expect(anyRole(["legal_counsel", "member"])).toBe("the legal counsel or any member");
  });
});

describe("standing", () => {
  it.each(["guest", "external", "bot", "deactivated"] as const)(
    "a %s neither works nor decides",
    (kind) => {
      const { profile } = aPerson(1, { kind });

      expect(mayWork(profile)).toEqual({ refused: "not_a_member", kind });
      expect(mayDecide(profile, [])).toEqual({ refused: "not_a_member", kind });
    },
  );

  it.each([
    [[], true],
    [["ours.example"], true],
    [["other.example", " OURS.example "], true],
    [["other.example"], false],
    [["example"], false],
    [["mail.ours.example"], false],
  ])("with the domains %j a member of ours.example decides: %s", (domains, decides) => {
    const { profile } = MEMBER;

    expect(mayWork(profile)).toBeNull();
    expect(mayDecide(profile, domains) === null).toBe(decides);
  });
});

describe("one human being", () => {
  it.each([
    [{ personId: personId(1), email: null }, { personId: personId(1), email: "a@b.example" }, true],
    [
      { personId: personId(1), email: "A@b.example " },
      { personId: personId(2), email: "a@B.example" },
      true,
    ],
    [{ personId: personId(1), email: null }, { personId: personId(2), email: null }, false],
    [
      { personId: personId(1), email: "a@b.example" },
      { personId: personId(2), email: "b@b.example" },
      false,
    ],
  ])("%j and %j: %s", (a, b, same) => {
    expect(isSamePerson(a, b)).toBe(same);
  });

  it("a domain is what follows the last sign", () => {
    expect(domainOf("a@evil.example@Ours.Example ")).toBe("ours.example");
  });
});

describe("typed text", () => {
  it.each(["jo@example.org", "o'neil+x@mail.example.co.uk", "a.b-c_d@x1.example"])(
    "%s is an address",
    (text) => {
      expect(isEmail(text)).toBe(true);
    },
  );

  it.each([
    "jo",
    "jo@",
    "@example.org",
    "jo@example",
    "jo@@example.org",
    "jo@exa mple.org",
    "jo..x@example.org",
    ".jo@example.org",
    "jo@-x.example",
    "jo@example.org\n",
    "jö@example.org",
    `${"x".repeat(65)}@example.org`,
  ])("%j is none", (text) => {
    expect(isEmail(text)).toBe(false);
  });

  it("a line has no second one", () => {
    expect(readLine(" Mercy Hospital ").text).toBe("Mercy Hospital");
    expect(readLine("Mercy\nHospital").problem).toBe("Write this on one line.");
  });

  it.each([
    ["report.pdf", "report.pdf"],
    ["invoice\u202Efdp.exe", "invoicefdp.exe"],
    ["a\u0000b\nc.pdf", "ab c.pdf"],
    ["\ud800.pdf", "\ufffd.pdf"],
    ["", "unnamed"],
  ])("a file named %j is shown as %j", (name, shown) => {
    expect(plainName(name)).toBe(shown);
  });
});
