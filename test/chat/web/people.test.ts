import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  identifyWebPerson,
  seedWebPeople,
  WEB_PEOPLE,
  webDirectory,
} from "../../../src/chat/web/people.ts";
import { Instant, type PersonId } from "../../../src/domain/ids.ts";
import { createTestStore } from "../../support/database.ts";

const { store } = await createTestStore();
const ids = await store.organisationOf({ surface: "web", workspaceRef: "local" });
const now = Instant.parse("2026-11-20T17:00:00.000Z");
const seed = () => seedWebPeople(store, { ...ids, now, newId: randomUUID });
const people = () => store.read(ids.organisationId, (reading) => reading.people());

describe("the people of the web chat", () => {
  it("are ten, of ten names, six or more zones, and no two of one address", () => {
    expect(WEB_PEOPLE).toHaveLength(10);
    expect(new Set(WEB_PEOPLE.map(({ userId }) => userId)).size).toBe(10);
    expect(new Set(WEB_PEOPLE.map(({ profile }) => profile.email)).size).toBe(10);
    expect(new Set(WEB_PEOPLE.map(({ profile }) => profile.timeZone)).size).toBeGreaterThan(5);
  });

  it("hold every role that a sign-off needs; the guest and the one who left hold none", () => {
    const roles = WEB_PEOPLE.flatMap((person) => person.roles).sort();

    expect(roles).toEqual([
      "compliance_officer",
      "deployment_engineer",
      "deployment_engineer",
      "engineering_manager",
      "it_ops_lead",
      "legal_counsel",
      "sales_lead",
      "security_lead",
    ]);
    const others = WEB_PEOPLE.filter(({ profile }) => profile.kind !== "member");
    expect(others.map(({ profile, roles: held }) => [profile.kind, held])).toEqual([
      ["guest", []],
      ["deactivated", []],
    ]);
  });

  it("are known with their roles after the first start, and the same after the second", async () => {
    await seed();
    const first = await people();
    await seed();
    const second = await people();

    expect(first).toHaveLength(10);
    expect(second).toEqual(first);
    const marcus = first.find(({ name }) => name === "Marcus Bell");
    expect(marcus).toMatchObject({
      email: "marcus.bell@cloudmagicgroup.com",
      kind: "member",
      roles: ["engineering_manager"],
    });
  });

  it("keep a role withdrawn that was withdrawn in chat, also when the start is long forgotten", async () => {
    await seed();
    const theo = (await people()).find(({ name }) => name === "Theo Laurent");
    const personId: PersonId | undefined = theo?.id;
    if (!personId) throw new Error("Theo is not known");
    const fact = { type: "RoleWithdrawn", personId, role: "it_ops_lead" } as const;
    await store.write(ids.organisationId, null, (writing) =>
      writing.record([{ organisationId: ids.organisationId, actor: null, at: now, fact }]),
    );
    // The key of the first start has been forgotten by now.
    const later = { ...store, write: forgetKeys };
    await seedWebPeople(later, { ...ids, now, newId: randomUUID });

    expect((await people()).find(({ id }) => id === personId)?.roles).toEqual([]);
    expect(await people()).toHaveLength(10);
  });
});

const forgetKeys: typeof store.write = (organisationId, _key, work) =>
  store.write(organisationId, null, work);

describe("the directory", () => {
  const lookUp = (userId: string, workspaceRef = "local") =>
    webDirectory.lookUp({ ...identifyWebPerson(userId, ids.workspaceId), workspaceRef });

  it("knows its people as they are", async () => {
    expect(await lookUp("marcus")).toMatchObject({ kind: "member", isAdministrator: true });
    expect(await lookUp("amara")).toMatchObject({ emailConfirmed: true, isAdministrator: false });
    expect(await lookUp("grace")).toMatchObject({ kind: "guest" });
    expect(await lookUp("nadia")).toMatchObject({ kind: "deactivated" });
  });

  it.each(["nobody", "", "__proto__", "constructor"])("knows no %j", async (userId) => {
    expect(await lookUp(userId)).toBeNull();
  });

  it("knows nobody of another workspace", async () => {
    expect(await lookUp("marcus", "T024BE7LD")).toBeNull();
  });
});
