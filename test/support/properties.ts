/**
 * fast-check with one seed for the whole suite, so that a change is judged by the same cases each time it is tried.
 * `PROPERTY_SEED=$RANDOM npm test` looks elsewhere; a failure prints both numbers that find it again.
 */
import fc from "fast-check";

const SEED = 20_261_121;

fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? SEED) });

export { fc };
