import { describe, expect, it } from "vitest";
import { Instant, PersonId } from "../../../src/domain/ids.ts";
import {
  decideLink,
  decideUnlink,
  hashLinkCode,
  readLinkCode,
  refuseLink,
  writeLinkCode,
} from "../../../src/domain/people/linking.ts";
import type { Person, PersonSummary } from "../../../src/domain/people/person.ts";
import { asHuman, isSamePerson } from "../../../src/domain/people/same-person.ts";
import { findSensitiveText } from "../../../src/domain/sensitive-text/scan.ts";
import { aPerson, CAROL, DANA } from "../../messages/builders.ts";
import { fc } from "../../support/properties.ts";

const carol = aPerson(CAROL, ["compliance_officer"]);
const dana: Person = {
  ...aPerson(DANA, ["deployment_engineer"]),
  identity: { ...aPerson(DANA).identity, userId: "UDANA" },
};
const codeHash = hashLinkCode("00000-00000");

describe("a code", () => {
  it("has fifty bits of the secret, in letters that are not misread", () => {
    expect(writeLinkCode("a secret")).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
    const many = Array.from({ length: 2_000 }, (_, n) => writeLinkCode(`secret ${n}`));
    expect(new Set(many).size).toBe(2_000);
    // Each place takes every letter.
    for (const place of [0, 1, 2, 3, 4, 6, 7, 8, 9, 10])
      expect(new Set(many.map((code) => code.charAt(place))).size).toBe(32);
  });

  it("is read however it is typed, and looks like no secret that is refused", () => {
    fc.assert(
      fc.property(fc.string(), (secret) => {
        const code = writeLinkCode(secret);
        const typed = ` ${code.toLowerCase().replace("-", " ")} `;
        expect(readLinkCode(typed)).toBe(code);
        expect(readLinkCode(code.replaceAll("0", "o").replaceAll("1", "l"))).toBe(code);
        expect(findSensitiveText(`link ${code}`)).toBeNull();
      }),
    );
  });

  it.each(["", "ABCDE-ABCD", "ABCDE-ABCDEF", "ABCDE-ABCU!", "UUUUU-UUUUU", "ａｂｃｄｅｆｇｈｊｋ"])(
    "%j is none",
    (typed) => {
      expect(readLinkCode(typed)).toBeNull();
    },
  );
});

describe("linking", () => {
  const accounts = [dana.identity, { ...dana.identity, userId: "UDANA2" }];

  it("moves every account and ends every role of the person who joins; who stays gains nothing", () => {
    const link = { stays: carol, joins: dana, accounts, endingRoles: dana.roles, codeHash };

    expect(decideLink(link)).toEqual({
      facts: [
        { type: "RoleWithdrawn", personId: dana.id, role: "deployment_engineer" },
        ...accounts.map((identity) => ({
          type: "IdentityLinked",
          personId: carol.id,
          joinedId: dana.id,
          identity,
          codeHash,
        })),
      ],
    });
  });

  it.each([
    ["the same account", { ...dana, identity: carol.identity }, "link_same_account"],
    ["a person who is one already", { ...dana, id: carol.id }, "already_done"],
    ["a guest", { ...dana, profile: { ...dana.profile, kind: "guest" } }, "not_a_member"],
  ] as [string, Person, string][])("%s is refused", (_, joins, refused) => {
    expect(refuseLink({ stays: carol, joins })).toMatchObject({ refused });
  });

  it("a guest's code links nobody", () => {
    const stays: Person = { ...carol, profile: { ...carol.profile, kind: "guest" } };

    expect(refuseLink({ stays, joins: dana })).toMatchObject({ refused: "not_a_member" });
  });
});

describe("unlinking", () => {
  const person: PersonSummary = {
    id: carol.id,
    name: "Carol",
    email: null,
    kind: "member",
    profile: carol.profile,
    roles: [],
    identities: [],
    lastSeenAt: Instant.parse("2026-01-01T00:00:00.000Z"),
  };
  const account = { ...dana.identity, linkedFrom: dana.id };

  it("gives the account its own person back", () => {
    expect(decideUnlink({ by: carol, person, account })).toEqual({
      facts: [
        {
          type: "IdentityUnlinked",
          personId: carol.id,
          backTo: dana.id,
          identity: dana.identity,
        },
      ],
    });
  });

  it("is for the person and for administrators, and not for an account that was never linked", () => {
    const other = { ...dana, profile: { ...dana.profile, isAdministrator: false } };
    const owner = { ...dana, profile: { ...dana.profile, isAdministrator: true } };

    expect(decideUnlink({ by: other, person, account })).toMatchObject({
      refused: "administrator_needed",
    });
    expect(decideUnlink({ by: owner, person, account })).toHaveProperty("facts");
    expect(decideUnlink({ by: carol, person, account: dana.identity })).toMatchObject({
      refused: "already_done",
    });
  });
});

describe("two pairs of eyes", () => {
  const human = PersonId.parse("6f1f6d0c-6f0a-4d55-9e0f-1f4a3a0a0009");

  it("see one human being behind linked people, and behind one address before they are linked", () => {
    const other = { ...dana, profile: { ...dana.profile, email: "somebody@else.example" } };

    expect(isSamePerson(asHuman(carol), asHuman(other))).toBe(false);
    expect(
      isSamePerson(asHuman({ ...carol, humanId: human }), asHuman({ ...other, humanId: human })),
    ).toBe(true);
    expect(
      isSamePerson(
        asHuman(carol),
        asHuman({
          ...other,
          profile: { ...other.profile, email: carol.profile.email?.toUpperCase() ?? null },
        }),
      ),
    ).toBe(true);
  });
});
