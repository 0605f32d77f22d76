/** How much longer a run is than in `npm test`: `npm run bench -- faults` sets FAULTS_TIMES. */
const TIMES = Number(process.env.FAULTS_TIMES ?? 1);

/** For a test whose one run is a whole story: so many runs of it. */
export const REPEATED = { repeats: TIMES - 1 } as const;

export function times(short: number): number {
  return short * TIMES;
}
