/** A machine on which nobody may write a temporary file, as in a container whose root is read-only. */
import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync } from "node:fs";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { day } from "../scenarios/openings.ts";
import { WEB_CAST } from "../scenarios/web-stage.ts";
import { createDatabase } from "../support/database.ts";
import { act } from "./deeds.ts";
import { freePort, killServers, startServer } from "./server.ts";

/** Not even the superuser makes a file there. */
const UNWRITABLE = "/sys";

const { ownerUrl: databaseUrl } = await createDatabase();

afterEach(killServers);

it.runIf(existsSync(UNWRITABLE))(
  "the service starts, works, and ends when it is told to",
  { timeout: 120_000 },
  async () => {
    expect(() => mkdtempSync(path.join(UNWRITABLE, "cleargate-"))).toThrow();
    const settings = { TMPDIR: UNWRITABLE };
    const server = await startServer({ port: await freePort(), databaseUrl, settings });
    const ask = { as: WEB_CAST.engineer, channel: "general" };
    const values = {
      ...{ customer: "Shop", industry: "retail", time_zone: "Europe/Berlin" },
      ...{ proposal_on: day(14), go_live_on: day(60) },
    };
    const open = { ...ask, command: { type: "OpenMigration" }, values, eventId: randomUUID() };

    expect(await act(server.origin, open)).toMatch(/^Shop: no compliance vertical found/);
    const verify = { type: "VerifyLedger" };
    expect(await act(server.origin, { ...ask, command: verify, eventId: randomUUID() })).toMatch(
      /intact/,
    );
    expect(await server.kill("SIGTERM")).toBe(0);
  },
);
