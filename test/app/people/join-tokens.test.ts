/** What becomes of the token of an app that a workspace installed itself when the workspace joins. */
import { afterAll, beforeEach, expect, it } from "vitest";
import { Instant } from "../../../src/domain/ids.ts";
import type { Person } from "../../../src/domain/people/person.ts";
import { openSlackInstallations } from "../../../src/store/slack-installations/installations.ts";
import { keyLine, writeKeys } from "../../store/encryption/keys.ts";
import type { Office } from "../../support/people.ts";
import { anInstallation } from "../../support/slack/installation.ts";
import { openTwo } from "./two-organisations.ts";

const two = await openTwo();
const { store, appUrl, asOwner, begin, join, homeOf, expectWhole } = two;
const opened = await openSlackInstallations({
  appUrl,
  keyFile: { file: writeKeys(keyLine("k1")), mayCreate: false },
  clock: () => new Date("2026-03-02T09:00:00Z"),
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  deadlineMs: 15_000,
});
if ("problem" in opened) throw new Error(opened.problem);
const installations = opened;
store.carryTokensWith(installations.bearer);
afterAll(() => installations.close());

let alpha: Office;
let bravo: Office;
let ada: Person;
let bea: Person;
beforeEach(async () => {
  ({ alpha, bravo, ada, bea } = await begin());
});

const install = ({ workspaceRef }: Office, botToken = `xoxb-${workspaceRef}`) =>
  installations.install(
    anInstallation({
      workspaceRef,
      installedAt: Instant.parse("2026-03-02T08:00:00.000Z"),
      botToken,
    }),
  );
const rowOf = async ({ workspaceId }: Office) =>
  (await asOwner("select * from slack_tokens where workspace_id = $1", [workspaceId]))[0];

it("it is sealed anew for the organization that stays, and can be taken away there", async () => {
  await install(bravo);
  const before = await rowOf(bravo);
  expect(await join(ada, bea)).toContain("Joined.");

  const found = await installations.ofRef(bravo.workspaceRef);
  expect(found).toMatchObject({
    organisationId: alpha.organisationId,
    botToken: `xoxb-${bravo.workspaceRef}`,
    installedAt: "2026-03-02T08:00:00.000Z",
  });
  const after = await rowOf(bravo);
  expect(after?.key_version).not.toBe(before?.key_version);
  expect(Buffer.from(after?.bot_token)).not.toEqual(Buffer.from(before?.bot_token));
  await expectWhole(alpha);
  await expectWhole(bravo);

  const { workspaceRef } = bravo;
  const notAfter = Instant.parse("2026-03-02T08:30:00.000Z");
  expect(await installations.remove({ workspaceRef, why: "app_uninstalled", notAfter })).toBe(true);
  expect(await installations.ofRef(workspaceRef)).toBeNull();
  await expectWhole(alpha);
});

it("one that was taken away before stays away", async () => {
  await install(bravo);
  const notAfter = Instant.parse("2026-03-02T08:30:00.000Z");
  const { workspaceRef } = bravo;
  await installations.remove({ workspaceRef, why: "app_uninstalled", notAfter });
  expect(await join(ada, bea)).toContain("Joined.");

  expect(await installations.ofRef(workspaceRef)).toBeNull();
  await expectWhole(alpha);
  await install(bravo, "xoxb-again");
  expect(await installations.ofRef(workspaceRef)).toMatchObject({
    organisationId: alpha.organisationId,
    botToken: "xoxb-again",
  });
});

it("one that does not open is refused, stays where it is, and is mended by a new installation", async () => {
  await install(bravo);
  await asOwner("update slack_tokens set bot_token = '\\x00' where workspace_id = $1", [
    bravo.workspaceId,
  ]);
  expect(await join(ada, bea)).toContain(`token of ${bravo.workspaceRef} cannot be taken along`);
  expect(await homeOf(bravo)).toBe(bravo.organisationId);
  expect(await rowOf(bravo)).toMatchObject({ organisation_id: bravo.organisationId });

  await install(bravo, "xoxb-mended");
  expect(await join(ada, bea)).toContain("Joined.");
  expect(await installations.ofRef(bravo.workspaceRef)).toMatchObject({ botToken: "xoxb-mended" });
});

it("an installation at the same moment ends up where the workspace is", async () => {
  for (let round = 0; round < 4; round++) {
    const next = await begin();
    const [answer] = await Promise.all([join(next.ada, next.bea), install(next.bravo)]);
    expect(answer).toContain("Joined.");

    expect(await installations.ofRef(next.bravo.workspaceRef)).toMatchObject({
      organisationId: next.alpha.organisationId,
      botToken: `xoxb-${next.bravo.workspaceRef}`,
    });
    await expectWhole(next.alpha);
    await expectWhole(next.bravo);
  }
});
