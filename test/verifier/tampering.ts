/** Ways in which somebody may change an exported file, each with the entry that is the first bad one then. */
import {
  type BundleParts,
  bundleOf,
  canonical,
  sealLines,
  sha,
  type TestEntry,
  type TestKey,
} from "../support/ledger-file.ts";

/** Whole numbers below a limit, the same for the same seed (mulberry32). */
export type Dice = (below: number) => number;

export function diceOf(seed: number): Dice {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** A bundle taken apart. */
export interface Opened {
  readonly lines: readonly string[];
  /** The places of the lines with entries. */
  readonly places: readonly number[];
  readonly entries: readonly TestEntry[];
  readonly organisation: string;
}

export function openBundle(bundle: string): Opened {
  const lines = bundle.trimEnd().split("\n");
  const places = lines.flatMap((line, place) => (line.startsWith('{"n":') ? [place] : []));
  return {
    lines,
    places,
    entries: places.map((place) => JSON.parse(lines[place] ?? "")),
    organisation: JSON.parse(lines[0] ?? "").organisation,
  };
}

export interface Tampered {
  readonly bundle: string;
  /** Null: no entry is bad, something around them is. */
  readonly firstBad: number | null;
  /** A kept checkpoint is needed to find it: the size of one that tells. */
  readonly keptAt?: number;
}

export type Tamper = (opened: Opened, dice: Dice, thief: TestKey) => Tampered;

const join = (lines: readonly string[]): string => `${lines.join("\n")}\n`;

/** Changes one entry's line, and answers with the entry's number. */
function changeOne(
  opened: Opened,
  dice: Dice,
  change: (entry: TestEntry & { readonly n: number }) => object,
  fits: (entry: TestEntry) => boolean = () => true,
): Tampered {
  const fitting = opened.entries.flatMap((entry, index) => (fits(entry) ? [index] : []));
  const index = fitting[dice(fitting.length)] ?? 0;
  const place = opened.places[index] ?? 0;
  const line = JSON.parse(opened.lines[place] ?? "");
  return {
    bundle: join(opened.lines.with(place, JSON.stringify(change(line)))),
    firstBad: index + 1,
  };
}

const changeEntry = (entry: string, change: (members: Record<string, unknown>) => object): string =>
  canonical(change(JSON.parse(entry)));

/** The lines with their entries numbered anew, and a header that fits them. */
function renumber(lines: readonly string[]): readonly string[] {
  let n = 0;
  const numbered = lines.map((line) => {
    if (!line.startsWith('{"n":')) return line;
    n += 1;
    return line.replace(/^\{"n":\d+/, `{"n":${n}`);
  });
  const checkpoints = lines.filter((line) => line.startsWith('{"checkpoint"')).length;
  const header = { ...JSON.parse(lines[0] ?? ""), entries: n, checkpoints };
  return numbered.with(0, JSON.stringify(header));
}

/** What an insider who has the key would write: everything signed anew. */
function signAnew(opened: Opened, entries: readonly TestEntry[], key: TestKey): string {
  const checkpointAt = opened.lines.flatMap((line) =>
    line.startsWith('{"checkpoint"') ? [Number(/\\n(\d+)\\n/.exec(line)?.[1])] : [],
  );
  const parts: BundleParts = { organisation: opened.organisation, key, entries, checkpointAt };
  return bundleOf({ ...parts, checkpointAt: checkpointAt.filter((at) => at <= entries.length) });
}

const hasGiven = ({ personal }: TestEntry): boolean => personal !== undefined && "salt" in personal;

/** Found with the public key alone. */
export const TAMPERS: Readonly<Record<string, Tamper>> = {
  "an entry's time is moved": (opened, dice) =>
    changeOne(opened, dice, (line) => ({
      ...line,
      entry: changeEntry(line.entry, (one) => ({ ...one, at: "2020-01-01T00:00:00.000Z" })),
    })),
  "an entry's person is exchanged": (opened, dice) =>
    changeOne(opened, dice, (line) => ({
      ...line,
      entry: changeEntry(line.entry, (one) => ({ ...one, actor: { person: "somebody" } })),
    })),
  "one letter of an entry is changed": (opened, dice) =>
    changeOne(opened, dice, (line) => {
      const at = dice(line.entry.length);
      const letter = line.entry[at] === "x" ? "y" : "x";
      return { ...line, entry: `${line.entry.slice(0, at)}${letter}${line.entry.slice(at + 1)}` };
    }),
  "an entry is removed": (opened, dice) => {
    const index = dice(opened.entries.length);
    const place = opened.places[index] ?? 0;
    return { bundle: join(opened.lines.toSpliced(place, 1)), firstBad: index + 1 };
  },
  "an entry is removed and the rest numbered anew": (opened, dice) => {
    const index = dice(opened.entries.length);
    const place = opened.places[index] ?? 0;
    return { bundle: join(renumber(opened.lines.toSpliced(place, 1))), firstBad: index + 1 };
  },
  "an entry is put in": (opened, dice) => {
    const index = dice(opened.entries.length);
    const place = opened.places[index] ?? 0;
    const line = JSON.parse(opened.lines[place] ?? "");
    const entry = changeEntry(line.entry, (one) => ({ ...one, at: "2020-01-01T00:00:00.000Z" }));
    const forged = JSON.stringify({ ...line, entry });
    const lines = renumber(opened.lines.toSpliced(place, 0, forged));
    return { bundle: join(lines), firstBad: index + 1 };
  },
  "two entries change places": (opened, dice) => {
    const index = dice(opened.entries.length - 1);
    const [one = 0, other = 0] = [opened.places[index], opened.places[index + 1]];
    const swapped = opened.lines
      .with(one, opened.lines[other] ?? "")
      .with(other, opened.lines[one] ?? "");
    return { bundle: join(dice(2) === 0 ? swapped : renumber(swapped)), firstBad: index + 1 };
  },
  "the end is cut off below the newest checkpoint": (opened, dice) => {
    const index = 1 + dice(opened.entries.length - 1);
    const place = opened.places[index] ?? 0;
    const lines = [...opened.lines.slice(0, place), opened.lines.at(-1) ?? ""];
    const bundle = join(dice(2) === 0 ? lines : renumber(lines));
    return { bundle, firstBad: index + 1 };
  },
  "everything is signed with a foreign key": (opened, _, thief) => ({
    bundle: signAnew(opened, opened.entries, thief),
    firstBad: null,
  }),
  "the seal is exchanged for one with a foreign key": (opened, dice, thief) => {
    const header = { ...JSON.parse(opened.lines[0] ?? ""), exportedAt: `2020-01-0${1 + dice(9)}` };
    const exportedAt = `${header.exportedAt}T00:00:00.000Z`;
    const lines = [JSON.stringify({ ...header, exportedAt }), ...opened.lines.slice(1, -1)];
    const about = { organisation: opened.organisation, key: thief, entries: opened.entries.length };
    return { bundle: sealLines(lines, about), firstBad: null };
  },
  "a personal part is changed": (opened, dice) =>
    changeOne(
      opened,
      dice,
      (line) => ({ ...line, personal: { ...line.personal, body: '{"name":"Somebody Else"}' } }),
      hasGiven,
    ),
  "a personal part and its commitment are changed": (opened, dice) =>
    changeOne(
      opened,
      dice,
      (line) => {
        const salt = Buffer.alloc(32, dice(256)).toString("base64");
        const body = '{"name":"Somebody Else"}';
        const commitment = sha(Buffer.from(salt, "base64"), body).toString("hex");
        const entry = changeEntry(line.entry, (one) => ({ ...one, personal: commitment }));
        return { ...line, entry, personal: { salt, body } };
      },
      hasGiven,
    ),
  "a personal part is taken away": (opened, dice) =>
    changeOne(opened, dice, ({ personal: _, ...line }) => line, hasGiven),
  "a personal part is called erased": (opened, dice) => ({
    ...changeOne(
      opened,
      dice,
      (line) => ({ ...line, personal: { erasedAt: "2026-01-01T00:00:00.000Z" } }),
      hasGiven,
    ),
    firstBad: null,
  }),
  "the migration beside an entry is changed": (opened, dice) =>
    changeOne(opened, dice, (line) => ({
      ...line,
      migration: line.migration === null ? opened.organisation : null,
    })),
  "the state beside an entry is changed": (opened, dice) =>
    changeOne(opened, dice, (line) => ({ ...line, state: !line.state })),
  "the header is changed": (opened, dice) => {
    const header = JSON.parse(opened.lines[0] ?? "");
    const changed = [
      { ...header, exportedAt: "2020-01-01T00:00:00.000Z" },
      { ...header, checkpoints: header.checkpoints + 1 },
      { ...header, entries: header.entries + 1 },
    ][dice(3)];
    const firstBad = changed.entries === header.entries ? null : header.entries + 1;
    return { bundle: join(opened.lines.with(0, JSON.stringify(changed))), firstBad };
  },
  "a checkpoint is removed": (opened, dice) => {
    const some = opened.lines.flatMap((line, place) =>
      line.startsWith('{"checkpoint"') ? [place] : [],
    );
    const place = some[dice(some.length - 1)] ?? 0;
    return { bundle: join(opened.lines.toSpliced(place, 1)), firstBad: null };
  },
};

/** Only whoever has the ledger's own key can do these, and only a kept checkpoint tells. */
export const INSIDE_TAMPERS: Readonly<Record<string, Tamper>> = {
  "an entry is changed and everything signed anew": (opened, dice, insider) => {
    const index = dice(opened.entries.length);
    const entries = opened.entries.map((one, at) => {
      if (at !== index) return one;
      const entry = changeEntry(one.entry, (members) => ({
        ...members,
        at: "2020-01-01T00:00:00Z",
      }));
      return { ...one, entry };
    });
    const keptAt = index + 1 + dice(entries.length - index);
    return { bundle: signAnew(opened, entries, insider), firstBad: index + 1, keptAt };
  },
  "an entry is taken out and everything signed anew": (opened, dice, insider) => {
    const index = dice(opened.entries.length - 1);
    const entries = opened.entries.toSpliced(index, 1);
    const bundle = signAnew(opened, entries, insider);
    // A kept checkpoint of more entries would tell that one is missing, but not which.
    const keptAt = index + 1 + dice(entries.length - index);
    return { bundle, firstBad: index + 1, keptAt };
  },
  "an older state is restored": (opened, dice, insider) => {
    const left = 1 + dice(opened.entries.length - 1);
    const keptAt = left + 1 + dice(opened.entries.length - left);
    const bundle = signAnew(opened, opened.entries.slice(0, left), insider);
    return { bundle, firstBad: left + 1, keptAt };
  },
  "an older state is restored and goes on": (opened, dice, insider) => {
    const left = 1 + dice(opened.entries.length - 1);
    const kept = opened.entries.slice(0, left);
    const more = opened.entries.slice(left).map((one) => ({
      ...one,
      entry: changeEntry(one.entry, (members) => ({ ...members, at: "2026-12-24T00:00:00Z" })),
    }));
    const bundle = signAnew(opened, [...kept, ...more, ...more], insider);
    return { bundle, firstBad: left + 1, keptAt: opened.entries.length };
  },
};
