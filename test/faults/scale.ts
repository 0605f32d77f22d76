/** How much longer a run is than in `npm test`: `npm run bench -- faults` sets FAULTS_TIMES. */
const TIMES = Number(process.env.FAULTS_TIMES ?? 1);

export function times(short: number): number {
  return short * TIMES;
}
