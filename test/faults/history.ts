/** What clients were told, beside what the database has: the judgment after random kills. */

export interface History {
  /** The mark of every deed whose answer reached its sender. */
  readonly acked: readonly string[];
  /** The mark of every deed that was sent at all. */
  readonly sent: readonly string[];
  /** The mark of every deed whose sender was told that it is refused. */
  readonly refused: readonly string[];
  /** The mark of every deed that had to be refused, and whose sender was told something else. */
  readonly granted: readonly string[];
}

export interface Stored {
  /** Marks of deeds, once for each time that they are stored. */
  readonly marks: readonly string[];
  /** Requirement, person and meaning of each signature that counts. */
  readonly signatures: readonly string[];
  /** Marks of refused deeds, once for each entry: a repeat is refused again. */
  readonly refusals: readonly string[];
  /** In the ledger's order. */
  readonly entries: readonly {
    readonly type: "SignOffRecorded" | "GateChecked";
    readonly migration: string;
    readonly verdict: string | null;
  }[];
}

/** Every invariant that is broken, one sentence each. */
export function judge(history: History, stored: Stored): readonly string[] {
  const { acked, sent, refused, granted } = history;
  const lost = acked.filter((mark) => !stored.marks.includes(mark));
  const invented = stored.marks.filter((mark) => !sent.includes(mark));
  const hushed = refused.filter((mark) => !stored.refusals.includes(mark));
  const madeUp = stored.refusals.filter((mark) => !sent.includes(mark));
  return [
    ...lost.map((mark) => `${mark} was acknowledged and is not stored`),
    ...invented.map((mark) => `${mark} is stored and was never sent`),
    ...hushed.map((mark) => `${mark} was refused and no entry says so`),
    ...granted.map((mark) => `${mark} was not refused`),
    ...madeUp.map((mark) => `${mark} is called refused and was never sent`),
    ...repeated(stored.marks).map((mark) => `${mark} is stored twice`),
    ...repeated(stored.signatures).map((signature) => `${signature} signed twice`),
    ...passedTooEarly(stored).map((migration) => `${migration} passed before it was signed`),
  ];
}

function repeated(all: readonly string[]): readonly string[] {
  return [...new Set(all.filter((one, index) => all.indexOf(one) !== index))];
}

function passedTooEarly({ entries }: Stored): readonly string[] {
  const signed = new Set<string>();
  const early: string[] = [];
  for (const { type, migration, verdict } of entries) {
    if (type === "SignOffRecorded") signed.add(migration);
    else if (verdict === "pass" && !signed.has(migration)) early.push(migration);
  }
  return early;
}
