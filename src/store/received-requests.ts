/** Which signed requests were received before: the first fence against replays, shared by every process. */
import type pg from "pg";
import { withoutTransaction } from "./transaction.ts";

export interface ReceivedRequests {
  /** True when the request was handled before; a key is kept for at least a day. */
  isKnown(key: string): Promise<boolean>;
  /** The request was handled. */
  remember(key: string): Promise<void>;
  /** Drops what is older than a day. */
  expire(): Promise<void>;
}

export function createReceivedRequests(pool: pg.Pool): ReceivedRequests {
  const sql = withoutTransaction(pool);
  return {
    async isKnown(key) {
      const { rows } = await sql.query("select 1 from received_requests where key = $1", [key]);
      return rows.length === 1;
    },
    async remember(key) {
      await sql.query("insert into received_requests (key) values ($1) on conflict do nothing", [
        key,
      ]);
    },
    async expire() {
      await sql.query(
        "delete from received_requests where received_at < clock_timestamp() - interval '25 hours'",
      );
    },
  };
}
