/** How long the home takes over hundreds of open migrations, each under three verticals with every answer. */
import { openHome } from "../../src/app/home/open.ts";
import { identifyWebPerson } from "../../src/chat/web/people.ts";
import { instantOf } from "../../src/domain/ids.ts";
import { WEB_CAST } from "../scenarios/web-stage.ts";
import { copyMigration } from "./fill.ts";
import { openFullMigration } from "./gate.ts";
import { measure, type Result } from "./measure.ts";
import { countStatements, openBenchStage } from "./stage.ts";

const OPEN = 300;

export async function benchHome(): Promise<readonly Result[]> {
  const opened = await openBenchStage();
  const { stage, plain, close } = opened;
  try {
    const { id, organisation } = await openFullMigration(opened);
    await copyMigration(plain, id, { times: OPEN - 1 });
    const { deps } = stage.running.core;
    const place = { surface: "web", workspaceRef: "local" } as const;
    const { workspaceId } = await deps.store.organisationOf(place);
    const identity = identifyWebPerson(WEB_CAST.engineer, workspaceId);
    const known = await deps.store.read(organisation, (reading) => reading.personOf(identity));
    if (!known) throw new Error("the engineer is gone");
    const { profile, roles } = known;
    const person = { id: known.id, organisationId: organisation, identity, profile, roles };
    const home = async (): Promise<void> => {
      const reply = await openHome(
        {
          deps,
          organisationId: organisation,
          person,
          actor: { personId: known.id, name: profile.name, email: profile.email },
          now: instantOf(new Date()),
          place: { kind: "home", channel: null },
          values: {},
          eventKey: "home",
        },
        { type: "OpenHome" },
      );
      if (!("kind" in reply) || reply.kind !== "home") throw new Error("there is no home");
    };
    const statements = await countStatements(home);
    return [
      await measure({
        what: "home",
        ours: { name: `home over ${OPEN} open migrations (${statements} statements)`, run: home },
        peer: { name: "select 1", run: () => plain.query("select 1") },
        each: 2,
        goal: { ms: 1000 },
      }),
    ];
  } finally {
    await close();
  }
}
