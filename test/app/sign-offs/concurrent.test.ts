import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { converse } from "../../../src/app/conversation/converse.ts";
import type { Reply } from "../../../src/app/ports.ts";
import { identifyWebPerson } from "../../../src/chat/web/people.ts";
import { Command } from "../../../src/domain/command.ts";
import { Unavailable } from "../../../src/domain/fault.ts";
import { addProofs, answerAll, PCI_WAYS } from "../../scenarios/clear-requirement.ts";
import { answersOf, confirm, day, start } from "../../scenarios/openings.ts";
import { openWebStage, WEB_CAST, type WebStage } from "../../scenarios/web-stage.ts";
import { createDatabase } from "../../support/database.ts";

const database = await createDatabase();
const SCOPE = "pci_scope_assessed";
let stage: WebStage;

beforeAll(async () => {
  stage = await openWebStage(database.ownerUrl);
});
afterAll(async () => {
  await stage.stop();
});

interface Signed {
  readonly migration: string;
  readonly contentHash: string;
}

/** One press of Sign by one person, with a trigger of its own; repeated as a platform does while nobody answers. */
async function press(role: keyof typeof WEB_CAST, what: Signed): Promise<Reply> {
  const eventKey = randomUUID();
  for (let attempt = 0; attempt < 30; attempt += 1) {
    try {
      return await pressOnce(role, what, eventKey);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
    }
  }
  throw new Error("the product never answered");
}

async function pressOnce(
  role: keyof typeof WEB_CAST,
  what: Signed,
  eventKey: string,
): Promise<Reply> {
  const { deps } = stage.running.core;
  const { workspaceId } = await deps.store.organisationOf({
    surface: "web",
    workspaceRef: "local",
  });
  return converse(deps, {
    identity: identifyWebPerson(WEB_CAST[role], workspaceId),
    place: { kind: "home", channel: null },
    command: Command.parse({
      type: "SignOff",
      requirement: SCOPE,
      meaning: "requirement_met",
      ...what,
    }),
    values: {},
    eventKey,
    correlationId: randomUUID(),
  });
}

describe("a hundred presses of Sign at once", { timeout: 120_000 }, () => {
  it("leave one signature each of the two people needed, and a rival too late", async () => {
    await stage.enter("race");
    await start(stage.as("engineer"), { customer: "Race", industry: "insurance" });
    await confirm(stage, { verticals: ["PCI"], facts: { cards_by_phone: "yes" } });
    const [way] = PCI_WAYS;
    if (!way) throw new Error("no way");
    await answerAll(stage.as("engineer"), way.requirement, answersOf(stage));
    await addProofs(stage.as("engineer"), way, day);
    await stage.as("engineer").command(`/compliance request ${SCOPE}`);
    const manager = stage.as("manager");
    await manager.command("/compliance people");
    await manager.press("Grant a role");
    await manager.submit({ person: WEB_CAST.colleague, role: "compliance_officer" });
    const [asked] = await database.asOwner(
      "select migration_id as migration, content_hash as hash from sign_off_requests where requirement = $1",
      [SCOPE],
    );
    const what = { migration: String(asked?.migration), contentHash: String(asked?.hash) };

    const presses = Array.from({ length: 100 }, (_, index) => {
      if (index === 33) return press("security", what);
      if (index === 66) return press("colleague", what);
      return press("compliance", what);
    });
    const replies = await Promise.all(presses);

    const rows = await database.asOwner(
      "select by_name as name, role from sign_offs where requirement = $1 and revoked is null",
      [SCOPE],
    );
    expect(rows.map(({ role }) => role).toSorted()).toEqual([
      "compliance_officer",
      "security_lead",
    ]);
    expect(new Set(rows.map(({ name }) => name)).size).toBe(2);
    // One answer each: a repeat of the press that was counted hears that it is already done.
    const confirmed = replies.filter(
      (reply) => reply.kind === "show" && reply.message.headline.startsWith("Signed off:"),
    );
    expect(confirmed.length).toBeLessThanOrEqual(2);
    expect(replies).toHaveLength(100);
  });

  it("and a signature written behind the rules' back is refused by the database", async () => {
    const insert = database.asOwner(
      `insert into sign_offs
       select (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid()))).*
       from sign_offs s where requirement = $1 and revoked is null limit 1`,
      [SCOPE],
    );

    await expect(insert).rejects.toThrow(/sign_offs_signed_twice/);
  });
});
