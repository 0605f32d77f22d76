import { expect, test } from "vitest";
import { migrate } from "../../../src/store/migrate.ts";
import { createTestStore, migrationsDir } from "../../support/database.ts";
import { anOffice } from "../../support/people.ts";

const { store, asOwner, name, ownerUrl } = await createTestStore();

test("where nobody may make temporary tables the next start allows them, and until then replay says so", async () => {
  const { organisationId } = await anOffice(store);
  await asOwner(`revoke temporary on database ${name} from public, cleargate_app`);

  const refused = await store.replay(organisationId);
  await migrate(ownerUrl, migrationsDir);

  expect(refused).toMatchObject({ ok: false, facts: 0 });
  if (!refused.ok) expect(refused.why).toMatch(/may not make temporary tables.*grant temporary/);
  expect(await store.replay(organisationId)).toMatchObject({ ok: true });
});
