/** Token buckets: so many at once, so many more a second. They forget who has been quiet. */
import type { Rate } from "./front-ports.ts";

export interface Buckets {
  /** Takes a token: 0 when there was one, else the seconds until there is one, rounded up. */
  take(key: string): number;
}

/** No more keys than this are kept at once; the one that was quiet for longest goes first. */
const KEYS_MAX = 10_000;

export function createBuckets({ burst, perSecond }: Rate, clock: () => Date): Buckets {
  const levels = new Map<string, { readonly tokens: number; readonly at: number }>();
  return {
    take(key) {
      const at = clock().getTime();
      const last = levels.get(key);
      const gained = last ? (Math.max(0, at - last.at) / 1000) * perSecond : 0;
      const tokens = last ? Math.min(burst, last.tokens + gained) : burst;
      const isFree = tokens >= 1;
      levels.delete(key);
      levels.set(key, { tokens: isFree ? tokens - 1 : tokens, at });
      const [quietest] = levels.size > KEYS_MAX ? levels.keys() : [];
      if (quietest !== undefined) levels.delete(quietest);
      return isFree ? 0 : Math.ceil((1 - tokens) / perSecond);
    },
  };
}
