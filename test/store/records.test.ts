import { expect, test } from "vitest";
import { createTestStore } from "../support/database.ts";
import { aMigration, anOffice, aPerson } from "../support/people.ts";

const { store } = await createTestStore();

test("a migration that was opened is found with its customer", async () => {
  const office = await anOffice(store);
  const dana = await aPerson(store, office, { roles: ["deployment_engineer"] });
  const id = await aMigration(store, dana, { personal: { customer: "Harbor Clinic" } });

  const record = await store.read(office.organisationId, (reading) => reading.migration(id));

  expect(record).toMatchObject({ id, customer: "Harbor Clinic", state: "open", version: 1 });
});
