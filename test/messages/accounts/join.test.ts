/** What is said when workspaces join, with names of any length and more than fit. */
import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { Instant, OrganisationId, PersonId, WorkspaceId } from "../../../src/domain/ids.ts";
import { hashJoinCode } from "../../../src/domain/organisations/joining.ts";
import {
  confirmJoinForm,
  joinCodeForm,
  joinNotice,
  type NamedOrganisation,
  workspacesJoined,
} from "../../../src/messages/accounts/join.ts";
import { aPerson, CAROL, DANA } from "../builders.ts";
import { faultsIn, stringsIn } from "../walk.ts";

function organisation(workspaces: number, roles: number, name: string | null): NamedOrganisation {
  return {
    id: OrganisationId.parse(randomUUID()),
    name: "T0",
    migrations: 0,
    workspaces: Array.from({ length: workspaces }, (_, n) => ({
      workspaceId: WorkspaceId.parse(randomUUID()),
      surface: "slack",
      workspaceRef: `T${n}`,
      name,
    })),
    roles: Array.from({ length: roles }, (_, n) => ({
      personId: PersonId.parse(randomUUID()),
      name: `Person ${n}`,
      role: "security_lead",
    })),
  };
}

const SIDES = {
  "a plain one": organisation(1, 1, "Bravo"),
  "one that its platform does not name": organisation(1, 0, null),
  "a huge one with a long name": organisation(8, 14, "B".repeat(300)),
};

describe.each(Object.entries(SIDES))("%s", (_what, leaves) => {
  const stays = organisation(2, 3, "Alpha Inc.");
  const both = { leaves, stays, inviter: aPerson(DANA, []) };
  const joined = { ...both, by: aPerson(CAROL, []) };
  const expiresAt = Instant.parse("2026-03-02T09:10:00.000Z");
  const said = [
    joinCodeForm({ code: "7K3QF-9XPA2", expiresAt, stays: leaves }),
    confirmJoinForm(both, hashJoinCode("7K3QF-9XPA2")),
    workspacesJoined(joined),
    joinNotice(joined),
  ];

  test.each(said.map((one) => [one]))("is spoken of without a fault", (one) => {
    expect(faultsIn(one)).toEqual([]);
  });

  test("is named where somebody decides, and told to whoever hears of it", () => {
    for (const one of said.slice(1)) expect(stringsIn(one).join("\n")).toContain("Slack T0");
  });
});

test("what does not fit is counted", () => {
  const leaves = SIDES["a huge one with a long name"];
  const stays = SIDES["a plain one"];
  const form = confirmJoinForm(
    { leaves, stays, inviter: aPerson(DANA, []) },
    hashJoinCode("7K3QF-9XPA2"),
  );
  const words = stringsIn(form).join("\n");

  expect(words).toContain("and 3 more");
  expect(words).toContain("4 more");
  expect(words).toContain("Person 0: security lead");
});
