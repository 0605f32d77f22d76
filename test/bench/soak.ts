/** The product under high load for as long as it takes to see whether it grows. */
import { openPrivatePostgres } from "../faults/postgres.ts";
import { killServers } from "../faults/server.ts";
import { describeSoak, findUnhealthy, type Limits, soak } from "../faults/soak.ts";

const MINUTES = Number(process.env.SOAK_MINUTES ?? 30);
const SAMPLES = 60;
/** Thirty minutes at high load stand for a day of an ordinary installation. */
const LIMITS: Limits = { megabytes: 24, loopDelayMs: 50 };

/** Prints a line a sample and a verdict; true when memory and handles stay flat and nothing failed. */
export async function runSoak(say: (line: string) => void): Promise<boolean> {
  const postgres = await openPrivatePostgres();
  try {
    const soaked = await soak(postgres, postgres.url, { minutes: MINUTES, samples: SAMPLES, say });
    const unhealthy = findUnhealthy(soaked, LIMITS);
    say(`soak of ${MINUTES} minutes: ${describeSoak(soaked)}`);
    for (const why of unhealthy) say(`not healthy: ${why}`);
    return unhealthy.length === 0;
  } finally {
    await killServers();
    await postgres.close();
  }
}
