/** Which signed requests were received before: the first fence against replays, shared by every process. */
import type pg from "pg";

export interface ReceivedRequests {
  /** True the first time; a key is kept for at least a day. */
  firstTime(key: string): Promise<boolean>;
  /** The request could not be handled: its repeat is welcome. */
  forget(key: string): Promise<void>;
  /** Drops what is older than a day. */
  expire(): Promise<void>;
}

export function createReceivedRequests(pool: pg.Pool): ReceivedRequests {
  return {
    async firstTime(key) {
      const { rowCount } = await pool.query(
        "insert into received_requests (key) values ($1) on conflict do nothing",
        [key],
      );
      return rowCount === 1;
    },
    async forget(key) {
      await pool.query("delete from received_requests where key = $1", [key]);
    },
    async expire() {
      await pool.query(
        "delete from received_requests where received_at < clock_timestamp() - interval '25 hours'",
      );
    },
  };
}
