/** One organization on several surfaces, and how its people say that two accounts are theirs. */
import { randomUUID } from "node:crypto";
import type { TestStore } from "../support/database.ts";
import type { Talker } from "./talker.ts";

/** `workspaces`: a surface and what it calls its workspace, each. */
export async function makeOrganisation(
  { asOwner }: Pick<TestStore, "asOwner">,
  workspaces: Readonly<Record<string, string>>,
): Promise<void> {
  const organisation = randomUUID();
  await asOwner(
    "insert into organisations (id, name, created_at) values ($1, 'Cleargate', now())",
    [organisation],
  );
  for (const [surface, ref] of Object.entries(workspaces))
    await asOwner(
      "insert into workspaces (id, organisation_id, surface, ref) values ($1, $2, $3, $4)",
      [randomUUID(), organisation, surface, ref],
    );
}

/** The code that this account shows, to be typed with the other one. */
export async function linkCodeOf(talker: Talker): Promise<string> {
  await talker.command("/compliance link");
  const code = /link ([0-9A-Z]{5}-[0-9A-Z]{5})/.exec(talker.form() ?? "")?.[1];
  if (!code) throw new Error(`no code in ${talker.form()}`);
  await talker.submit();
  return code;
}
