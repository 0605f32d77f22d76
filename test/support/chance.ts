/**
 * What tests leave to chance hangs on one number, which they print: `SEED=123 npm test -- test/faults/random.test.ts`
 * makes the same choices again.
 */

/** The number that is given, or else the usual one, or else another each time. */
export function seedOf(what: string, usual?: number): number {
  const seed = Number(process.env.SEED ?? usual ?? Math.floor(Math.random() * 2 ** 31));
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new Error(`SEED is no whole number: ${process.env.SEED}`);
  process.stdout.write(`${what}: SEED=${seed} chooses the same again\n`);
  return seed;
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function chanceOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
