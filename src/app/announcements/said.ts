/** What stands in the chats before a change is announced there: read together, in one round trip. */
import type { MigrationId } from "../../domain/ids.ts";
import { gateKey } from "../gates/post.ts";
import type { Reading } from "../ports.ts";

type Living = Awaited<ReturnType<Reading["livingMessage"]>>;

export interface Said {
  readonly gates: { readonly 3: Living; readonly 5: Living };
}

export async function loadSaid(reading: Reading, id: MigrationId): Promise<Said> {
  const [gate3, gate5] = await Promise.all([
    reading.livingMessage(gateKey(id, 3)),
    reading.livingMessage(gateKey(id, 5)),
  ]);
  return { gates: { 3: gate3, 5: gate5 } };
}
