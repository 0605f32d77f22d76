import { describe, expect, test } from "vitest";
import {
  acceptanceLine,
  decideAcceptance,
  type LedgerBreak,
  readAcceptanceLine,
} from "../../../src/domain/audit/ledger-break.ts";
import { Instant, OrganisationId, PersonId, Sha256, WorkspaceId } from "../../../src/domain/ids.ts";
import type { Person } from "../../../src/domain/people/person.ts";

const uuid = (n: number) => `0d9f6f3e-8a51-4c0e-9a57-00000000000${n}`;
const organisation = OrganisationId.parse(uuid(0));

function aPerson(
  n: number,
  given: Partial<Person> & { admin?: boolean; kind?: "guest" } = {},
): Person {
  const { admin = false, kind = "member", ...rest } = given;
  return {
    id: PersonId.parse(uuid(n)),
    organisationId: organisation,
    identity: {
      surface: "slack",
      workspaceId: WorkspaceId.parse(uuid(9)),
      workspaceRef: "T1",
      userId: `U${n}`,
    },
    profile: {
      name: `Person ${n}`,
      email: `person${n}@company.com`,
      emailConfirmed: true,
      timeZone: "UTC",
      kind,
      isAdministrator: admin,
    },
    roles: ["compliance_officer"],
    ...rest,
  };
}

const FOUND: LedgerBreak = {
  id: uuid(7),
  kind: "rolled_back",
  why: "An older state was restored.",
  kept: { size: 9, root: Sha256.parse("a".repeat(64)) },
  live: { size: 5, root: Sha256.parse("b".repeat(64)) },
  newKey: null,
  foundAt: Instant.parse("2026-03-02T09:00:00.000Z"),
  acceptedBy: null,
};
const first = { personId: PersonId.parse(uuid(1)), name: "One", email: "person1@company.com" };
const reason = "Restored after a disk failure.";

describe("accepting a break", () => {
  test("takes two people: the first leaves it open, the second ends it", () => {
    expect(decideAcceptance({ found: FOUND, person: aPerson(1), reason })).toMatchObject({
      facts: [{ type: "LedgerBreakAccepted", isFinal: false, reason, kept: { size: 9 } }],
    });
    const again = { ...FOUND, acceptedBy: first };
    expect(decideAcceptance({ found: again, person: aPerson(2), reason })).toMatchObject({
      facts: [{ type: "LedgerBreakAccepted", isFinal: true }],
    });
  });

  test("of another key registers that key with the second", () => {
    const newKey = { keyId: "12345678", publicKey: "AAAA" };
    const found = { ...FOUND, kind: "key_changed", newKey } as const;

    expect(decideAcceptance({ found, person: aPerson(1), reason })).toMatchObject({
      facts: [{ type: "LedgerBreakAccepted" }],
    });
    expect(
      decideAcceptance({ found: { ...found, acceptedBy: first }, person: aPerson(2), reason }),
    ).toMatchObject({
      facts: [{ type: "LedgerBreakAccepted" }, { type: "SigningKeyRegistered", ...newKey }],
    });
  });

  test.each([
    ["the same person", aPerson(1), "second_person_needed"],
    [
      "the same address under another account",
      aPerson(3, { profile: { ...aPerson(3).profile, email: "Person1@company.com" } }),
      "second_person_needed",
    ],
    ["a linked account", aPerson(4, { humanId: PersonId.parse(uuid(1)) }), "second_person_needed"],
    ["a member without the role", aPerson(2, { roles: [] }), "role_needed"],
    ["a guest", aPerson(2, { kind: "guest" }), "role_needed"],
  ])("is refused to %s", (_, person, refused) => {
    const found = { ...FOUND, acceptedBy: first };

    expect(decideAcceptance({ found, person, reason })).toMatchObject({ refused });
  });

  test("is open to an administrator without the role, and to nobody without a reason", () => {
    const person = aPerson(2, { roles: [], admin: true });

    expect(decideAcceptance({ found: FOUND, person, reason })).toHaveProperty("facts");
    expect(decideAcceptance({ found: FOUND, person, reason: " ok " })).toEqual({
      refused: "reason_needed",
    });
    expect(decideAcceptance({ found: null, person, reason })).toEqual({
      refused: "nothing_to_accept",
    });
  });
});

describe("the line in the file", () => {
  test("is read as it was written", () => {
    const line = acceptanceLine(organisation, FOUND);

    expect(readAcceptanceLine(line)).toEqual({ organisation, id: FOUND.id, live: FOUND.live });
    expect(
      readAcceptanceLine(acceptanceLine(organisation, { ...FOUND, kept: null })),
    ).not.toBeNull();
    const empty = { ...FOUND, live: { size: 0, root: null } };
    expect(readAcceptanceLine(acceptanceLine(organisation, empty))?.live).toEqual(empty.live);
  });

  test.each(["", "# kept", "# accepted nobody", `${acceptanceLine(organisation, FOUND)} and more`])(
    "is not another: %j",
    (line) => {
      expect(readAcceptanceLine(line)).toBeNull();
    },
  );
});
