/** Who may join what, and what is carried over of who is one human being. */
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { OrganisationId, PersonId, WorkspaceId } from "../../../src/domain/ids.ts";
import {
  carryHumans,
  hashJoinCode,
  type OrganisationSummary,
  refuseInvitation,
  refuseJoin,
} from "../../../src/domain/organisations/joining.ts";
import { hashLinkCode } from "../../../src/domain/people/linking.ts";
import type { Person, PersonSummary, Profile } from "../../../src/domain/people/person.ts";
import { NOW } from "../../support/people.ts";

const PROFILE: Profile = {
  name: "Ada",
  email: "ada@ours.example",
  emailConfirmed: true,
  timeZone: "UTC",
  kind: "member",
  isAdministrator: true,
};
const WORKSPACE = {
  surface: "slack",
  workspaceId: WorkspaceId.parse(randomUUID()),
  workspaceRef: "T0ALPHA01",
} as const;

function aPerson(profile: Partial<Profile> = {}): Person {
  return {
    id: PersonId.parse(randomUUID()),
    organisationId: OrganisationId.parse(randomUUID()),
    identity: { ...WORKSPACE, userId: "U0ADA" },
    profile: { ...PROFILE, ...profile },
    roles: [],
  };
}

function anOrganisation(given: Partial<OrganisationSummary> = {}): OrganisationSummary {
  const id = OrganisationId.parse(randomUUID());
  return { id, name: "T0ALPHA01", workspaces: [WORKSPACE], migrations: 0, roles: [], ...given };
}

const WEB = anOrganisation({ workspaces: [WORKSPACE, { ...WORKSPACE, surface: "web" }] });
const HERE = anOrganisation();

describe("joining", () => {
  it.each([
    ["two administrators without a migration", {}, null],
    ["no administrator", { by: aPerson({ isAdministrator: false }) }, "administrator_needed"],
    ["a guest who administers", { by: aPerson({ kind: "guest" }) }, "not_a_member"],
    ["an inviter who left", { inviter: aPerson({ kind: "deactivated" }) }, "join_code_invalid"],
    [
      "an inviter without the right",
      { inviter: aPerson({ isAdministrator: false }) },
      "join_code_invalid",
    ],
    ["the same organization", { leaves: HERE, stays: HERE }, "join_same_organisation"],
    ["the web chat that joins", { leaves: WEB }, "join_web_chat"],
    ["the web chat that is joined", { stays: WEB }, "join_web_chat"],
    ["a migration", { leaves: anOrganisation({ migrations: 1 }) }, "join_has_migrations"],
    ["migrations where it goes", { stays: anOrganisation({ migrations: 9 }) }, null],
    ["nothing left to join", { leaves: anOrganisation({ workspaces: [] }) }, "out_of_date"],
  ])("%s", (_what, given, code) => {
    const join = { by: aPerson(), inviter: aPerson(), leaves: anOrganisation(), stays: HERE };
    expect(refuseJoin({ ...join, ...given })?.refused ?? null).toBe(code);
  });

  it("a code is shown to administrators outside of the web chat", () => {
    expect(refuseInvitation({ by: aPerson(), stays: HERE })).toBeNull();
    const other = aPerson({ isAdministrator: false });
    expect(refuseInvitation({ by: other, stays: HERE })?.refused).toBe("administrator_needed");
    expect(refuseInvitation({ by: aPerson(), stays: WEB })?.refused).toBe("join_web_chat");
  });

  it("a code of the same letters is another one when it links accounts", () => {
    expect(hashJoinCode("7K3QF-9XPA2")).not.toBe(hashLinkCode("7K3QF-9XPA2"));
  });
});

describe("who is one human being", () => {
  const human = PersonId.parse(randomUUID());
  let next = 0;
  const carry = {
    codeHash: hashJoinCode("7K3QF-9XPA2"),
    newId: () => PersonId.parse(`00000000-0000-4000-8000-${String(++next).padStart(12, "0")}`),
  };
  const summary = (users: readonly string[], humanId?: PersonId): PersonSummary => ({
    id: PersonId.parse(randomUUID()),
    ...(humanId ? { humanId } : {}),
    name: "Ada",
    email: null,
    kind: "member",
    profile: PROFILE,
    roles: ["security_lead"],
    identities: users.map((userId) => ({ ...WORKSPACE, userId, linkedFrom: null })),
    lastSeenAt: NOW,
  });
  const said = (people: readonly PersonSummary[]) => {
    next = 0;
    return carryHumans(people, carry).map((fact) => {
      const user = "identity" in fact ? fact.identity.userId : "";
      const whose = "personId" in fact ? Number(fact.personId.slice(-2)) : 0;
      return `${fact.type} ${user} ${whose}`;
    });
  };

  it("nothing is said of somebody with one account, nor of their roles", () => {
    expect(said([summary(["A"]), summary(["B"])])).toEqual([]);
  });

  it("linked accounts are linked again", () => {
    expect(said([summary(["A", "B"])])).toEqual([
      "PersonRecognised A 1",
      "PersonRecognised B 2",
      "IdentityLinked B 1",
    ]);
  });

  it("accounts that were taken apart are linked and taken apart, and the linked ones stay so", () => {
    expect(said([summary(["A"], human), summary(["B", "C"], human)])).toEqual([
      "PersonRecognised A 1",
      "PersonRecognised B 2",
      "PersonRecognised C 3",
      "IdentityLinked B 1",
      "IdentityUnlinked B 1",
      "IdentityLinked C 2",
    ]);
  });
});
