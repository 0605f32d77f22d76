/** What is told of the database, as gauges: each with how to read it. */
import type { StoreMeasures } from "../../app/measure-ports.ts";

/** The label is null for a figure that stands alone. */
export const FIGURES: readonly (readonly [
  name: string,
  help: string,
  label: string | null,
  read: (measures: StoreMeasures) => Readonly<Record<string, number>>,
])[] = [
  [
    "cleargate_outbox_waiting",
    "Messages that wait to be delivered.",
    "lane",
    ({ outbox }) => pick(outbox, ({ waiting }) => waiting),
  ],
  [
    "cleargate_outbox_oldest_seconds",
    "For how long the oldest message has been waiting.",
    "lane",
    ({ outbox }) => pick(outbox, ({ oldestSeconds }) => oldestSeconds),
  ],
  [
    "cleargate_dead_letters",
    "Messages that were given up.",
    null,
    ({ deadLetters }) => ({ "": deadLetters }),
  ],
  [
    "cleargate_ledger_staged_entries",
    "Entries that wait to be sealed.",
    null,
    ({ ledger }) => ({ "": ledger.staged }),
  ],
  [
    "cleargate_ledger_sealed_entries",
    "Entries in the ledger.",
    null,
    ({ ledger }) => ({ "": ledger.sealed }),
  ],
  [
    "cleargate_ledger_unsigned_seconds",
    "For how long the oldest sealed entry has been waiting for a signed checkpoint.",
    null,
    ({ ledger }) => ({ "": ledger.unsignedSeconds }),
  ],
  [
    "cleargate_splunk_lag_entries",
    "Sealed entries that Splunk does not have yet.",
    null,
    ({ shipping }) => ({ "": shipping.entries }),
  ],
  [
    "cleargate_splunk_lag_seconds",
    "For how long the oldest of them has been waiting.",
    null,
    ({ shipping }) => ({ "": shipping.seconds }),
  ],
  [
    "cleargate_splunk_left_out_entries",
    "Entries that Splunk refused so often that they were left out.",
    null,
    ({ shipping }) => ({ "": shipping.leftOut }),
  ],
  [
    "cleargate_database_connections_used",
    "Connections at work, by what they are for.",
    "pool",
    ({ connections }) => pick(connections, ({ used }) => used),
  ],
  [
    "cleargate_database_connections_idle",
    "Open connections without work.",
    "pool",
    ({ connections }) => pick(connections, ({ idle }) => idle),
  ],
  [
    "cleargate_database_connections_awaited",
    "Work that waits for a connection.",
    "pool",
    ({ connections }) => pick(connections, ({ awaited }) => awaited),
  ],
];

function pick<T>(from: Readonly<Record<string, T>>, read: (value: T) => number) {
  return Object.fromEntries(Object.entries(from).map(([name, value]) => [name, read(value)]));
}
