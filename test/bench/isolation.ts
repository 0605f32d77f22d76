/** How long it takes to be told that there is no such migration: one of another organization beside one of nobody. */
import { randomUUID } from "node:crypto";
import { converse } from "../../src/app/conversation/converse.ts";
import { identifyWebPerson } from "../../src/chat/web/people.ts";
import { MigrationId } from "../../src/domain/ids.ts";
import { WEB_CAST } from "../scenarios/web-stage.ts";
import { aMigration, anOffice, aPerson } from "../support/people.ts";
import { measure, type Result } from "./measure.ts";
import { openBenchStage } from "./stage.ts";

const EACH = 100;

export async function benchIsolation(): Promise<readonly Result[]> {
  const { stage, close } = await openBenchStage();
  try {
    const { deps: all, store } = stage.running.core;
    // Every refusal is noted, so that both sides do the same however often they are asked.
    const { refusals: _, ...deps } = all;
    const { workspaceId } = await store.organisationOf({ surface: "web", workspaceRef: "local" });
    const identity = identifyWebPerson(WEB_CAST.engineer, workspaceId);
    const theirs = await aMigration(store, await aPerson(store, await anOffice(store)));
    const ask =
      (type: "ShowStatus" | "ConfirmClose", migrationOf: () => MigrationId) => async () => {
        const reply = await converse(deps, {
          identity,
          place: { kind: "direct", channel: null },
          command: { type, migration: migrationOf() },
          values: {},
          eventKey: randomUUID(),
          correlationId: "bench",
        });
        if (!JSON.stringify(reply).includes("cannot find that migration"))
          throw new Error("it was found");
      };
    const unknown = () => MigrationId.parse(randomUUID());
    const results: Result[] = [];
    for (const type of ["ShowStatus", "ConfirmClose"] as const) {
      const ours = {
        name: `${type} with an id of another organization`,
        run: ask(type, () => theirs),
      };
      const peer = { name: "with an id of nobody", run: ask(type, unknown) };
      results.push(
        await measure({ what: "isolation", ours, peer, each: EACH, goal: { ratio: 1.5 } }),
      );
    }
    return results;
  } finally {
    await close();
  }
}
