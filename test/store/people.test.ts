import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { Bug } from "../../src/domain/fault.ts";
import { Instant, PersonId } from "../../src/domain/ids.ts";
import type { Person } from "../../src/domain/people/person.ts";
import { createTestStore } from "../support/database.ts";
import { actorOf, aMigration, anOffice, aPerson, NOW, record } from "../support/people.ts";

const { store } = await createTestStore();
const LATER = Instant.parse("2026-03-02T10:00:00.000Z");

test("a workspace seen for the first time by many at once makes one organisation", async () => {
  const workspace = { surface: "slack", workspaceRef: "TFIRST" } as const;

  const found = await Promise.all(Array.from({ length: 8 }, () => store.organisationOf(workspace)));

  expect(new Set(found.map(({ organisationId }) => organisationId)).size).toBe(1);
  expect(await store.organisations()).toContain(found[0]?.organisationId);
});

test("a person reads back with profile, roles and identities, the one used last first", async () => {
  const office = await anOffice(store);
  const dana = await aPerson(store, office, {
    name: "Dana Reyes",
    roles: ["deployment_engineer", "compliance_officer"],
  });
  await aPerson(store, office, { personId: dana.id, userId: "UPHONE", at: LATER });

  const found = await store.read(office.organisationId, (reading) => reading.person(dana.id));

  expect(found).toMatchObject({
    id: dana.id,
    kind: "member",
    profile: dana.profile,
    roles: ["compliance_officer", "deployment_engineer"],
    lastSeenAt: LATER,
  });
  expect(found?.identities.map(({ userId }) => userId)).toEqual(["UPHONE", dana.identity.userId]);
});

test("two first requests of one identity at once make one person", async () => {
  const office = await anOffice(store);
  const known = await aPerson(store, office);
  const identity = { ...known.identity, userId: "UNEW" };

  const ids = await Promise.all(
    Array.from({ length: 6 }, () =>
      store.write(office.organisationId, null, async (writing) => {
        const first = await writing.personOf(identity);
        const personId = first?.id ?? PersonId.parse(randomUUID());
        const fact = {
          type: "PersonRecognised",
          personId,
          identity,
          personal: known.profile,
        } as const;
        const { organisationId } = office;
        await writing.record([{ organisationId, actor: null, at: NOW, fact }]);
        return (await writing.personOf(identity))?.id;
      }),
    ),
  );

  expect(new Set(ids).size).toBe(1);
  const people = await store.read(office.organisationId, (reading) => reading.people());
  expect(people).toHaveLength(2);
});

test("holders of a role are members who hold it now", async () => {
  const office = await anOffice(store);
  const roles = ["security_lead"] as const;
  const ada = await aPerson(store, office, { name: "Ada", roles });
  await aPerson(store, office, { name: "Gus", roles, profile: { kind: "deactivated" } });
  const was = await aPerson(store, office, { name: "Was", roles });
  await record(store, { organisationId: office.organisationId, actor: actorOf(ada), at: LATER }, [
    { type: "RoleWithdrawn", personId: was.id, role: "security_lead" },
  ]);

  const holders = await store.read(office.organisationId, (reading) => reading.holders(roles));

  expect(holders.map(({ id }) => id)).toEqual([ada.id]);
});

test("a role that is being withdrawn waits for the signature that relies on it", async () => {
  const office = await anOffice(store);
  const { organisationId } = office;
  const ada = await aPerson(store, office, { roles: ["security_lead"] });
  const order: string[] = [];
  let withdrawal: Promise<void> = Promise.resolve();

  await store.write(organisationId, null, async (writing) => {
    expect(await writing.lockRoles(ada.id)).toEqual(["security_lead"]);
    withdrawal = record(store, { organisationId, actor: null, at: LATER }, [
      { type: "RoleWithdrawn", personId: ada.id, role: "security_lead" },
    ]).then(() => void order.push("withdrawn"));
    await new Promise((resolve) => setTimeout(resolve, 200));
    order.push("signed");
  });
  await withdrawal;

  expect(order).toEqual(["signed", "withdrawn"]);
});

test("two people open a migration in one channel at once: one succeeds", async () => {
  const office = await anOffice(store);
  const { organisationId, workspaceId } = office;
  const dana = await aPerson(store, office);
  const channel = { surface: "slack", workspaceId, channelId: "CRACE" } as const;

  const open = (by: Person) =>
    store.write(organisationId, null, async (writing) => {
      if (await writing.lockChannel(channel)) return "taken";
      await new Promise((resolve) => setTimeout(resolve, 50));
      await aMigration(store, by, { channel });
      return "opened";
    });

  expect((await Promise.all([open(dana), open(dana)])).sort()).toEqual(["opened", "taken"]);
  await expect(aMigration(store, dana, { channel })).rejects.toThrow(
    "migration_channels_with_two_open_migrations",
  );
});

test("another organisation finds nothing of ours", async () => {
  const [ours, theirs] = [await anOffice(store), await anOffice(store)];
  const dana = await aPerson(store, ours, { roles: ["sales_lead"] });
  const channel = { surface: "slack", workspaceId: ours.workspaceId, channelId: "COURS" } as const;
  const id = await aMigration(store, dana, { channel });

  const seen = await store.read(theirs.organisationId, async (reading) => [
    await reading.migration(id),
    await reading.migrationOfChannel(channel),
    await reading.person(dana.id),
    await reading.personOf(dana.identity),
    await reading.holders(["sales_lead"]),
    await reading.people(),
    await reading.migrations({}),
  ]);

  expect(seen).toEqual([null, null, null, null, [], [], []]);
  expect(await store.organisationOfMigration(id)).toBe(ours.organisationId);
});

test("a fact of another organisation is not written", async () => {
  const [ours, theirs] = [await anOffice(store), await anOffice(store)];
  const dana = await aPerson(store, ours);
  const id = await aMigration(store, dana);
  const { organisationId } = theirs;

  const attempt = record(store, { organisationId, actor: actorOf(dana), at: NOW }, [
    { type: "PlatformChosen", migrationId: id, platform: "zoom" },
  ]);

  await expect(attempt).rejects.toThrow(Bug);
});

test("migrations are listed newest first, by state if asked", async () => {
  const office = await anOffice(store);
  const { organisationId } = office;
  const dana = await aPerson(store, office);
  const open = await aMigration(store, dana);
  const closed = await aMigration(store, dana);
  await record(store, { organisationId, actor: actorOf(dana), at: LATER }, [
    { type: "MigrationClosed", migrationId: closed },
  ]);

  const list = await store.read(organisationId, (reading) => reading.migrations({ state: "open" }));

  expect(list).toEqual([
    { id: open, customer: "Harbor Clinic", state: "open", openedBy: dana.id, goLiveOn: null },
  ]);
});
