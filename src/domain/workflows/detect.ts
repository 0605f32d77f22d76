import { z } from "zod";

/** Words by which a vertical is recognised. */
export const Detect = z.strictObject({ words: z.array(z.string()) });
