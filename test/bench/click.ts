/** How long a click takes: one page of answers through the whole application, beside one bare insert. */
import { randomUUID } from "node:crypto";
import { converse } from "../../src/app/conversation/converse.ts";
import { identifyWebPerson } from "../../src/chat/web/people.ts";
import { Command } from "../../src/domain/command.ts";
import { day, openClinic } from "../scenarios/openings.ts";
import { WEB_CAST } from "../scenarios/web-stage.ts";
import { measure, type Result } from "./measure.ts";
import { countStatements, countTrips, openBenchStage } from "./stage.ts";

export async function benchClick(): Promise<readonly Result[]> {
  const { stage, plain, close } = await openBenchStage();
  try {
    await openClinic(stage, "clinic");
    const { deps } = stage.running.core;
    const home = { surface: "web", workspaceRef: "local" } as const;
    const { workspaceId } = await deps.store.organisationOf(home);
    const found = await plain.query("select id from cleargate.migrations");
    const command = Command.parse({
      type: "SaveAnswers",
      migration: found.rows[0].id,
      requirement: "breach_response_plan_signed",
      page: 0,
    });
    let version = 0;
    const click = async (): Promise<void> => {
      version += 1;
      const reply = await converse(deps, {
        identity: identifyWebPerson(WEB_CAST.engineer, workspaceId),
        place: { kind: "home", channel: null },
        command,
        values: {
          irp_version: `Plan ${version}`,
          irp_date: day(-20),
          platform_named: "yes",
          provider_contact: "security@ucaas.example",
        },
        eventKey: randomUUID(),
        correlationId: randomUUID(),
      });
      if (reply.kind !== "form") throw new Error(`the answers were not saved: ${reply.kind}`);
    };
    await plain.query("create table bare (id uuid primary key, body text)");
    const insert = () =>
      plain.query("insert into bare values ($1, $2)", [randomUUID(), "x".repeat(400)]);
    await click();
    const statements = await countStatements(click);
    const trips = await countTrips(click);
    return [
      await measure({
        what: "click",
        ours: {
          name: `an answer saved (${statements} statements, ${trips} round trips)`,
          run: click,
        },
        peer: { name: "one insert committed", run: insert },
        each: 20,
        goal: { ratio: 1.5 },
      }),
    ];
  } finally {
    await close();
  }
}
