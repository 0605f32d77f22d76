/** The ledger of a finished migration, exported, and then changed in every way that is known. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openWebStage, type WebStage } from "../scenarios/web-stage.ts";
import { seedOf } from "../support/chance.ts";
import { createDatabase } from "../support/database.ts";
import {
  aKey,
  anEntry,
  auditPath,
  bundleOf,
  canonical,
  sha,
  type TestEntry,
  treeHash,
} from "../support/ledger-file.ts";
import { fillLedger, openLedger, type RealLedger } from "./real-ledger.ts";
import { openBundle } from "./tampering.ts";
import { tryTampers } from "./try-tampers.ts";
import { judge, verify } from "./verify.ts";

const database = await createDatabase();
let stage: WebStage;
let ledger: RealLedger;
let report: string;
let bundle: string;
let key: string;

beforeAll(async () => {
  stage = await openWebStage(database.ownerUrl);
  await fillLedger(stage);
  ledger = await openLedger(stage, database.asOwner);
  report = await ledger.report();
  bundle = await ledger.bundle();
  key = ledger.key;
}, 120_000);
afterAll(async () => {
  await stage.stop();
});

describe("the exported ledger", () => {
  test("verifies, and has every entry, sealed before it was exported", async () => {
    const { code, text } = verify(bundle, { key });
    const [row] = await database.asOwner(
      "select (select count(*) from ledger_entries) + (select count(*) from ledger_staging) as n",
    );

    expect(text).toContain("INTACT");
    expect(code).toBe(0);
    // One more since: that it was exported.
    expect(openBundle(bundle).entries).toHaveLength(Number(row?.n) - 1);
  });

  test("has checkpoints that the second implementation reads and computes", () => {
    const { entries, lines } = openBundle(bundle);
    const texts = entries.map(({ entry }) => entry);
    const notes = lines.flatMap((line) => {
      const { checkpoint } = JSON.parse(line);
      return checkpoint === undefined ? [] : [String(checkpoint)];
    });

    expect(notes.length).toBeGreaterThan(0);
    for (const note of notes) {
      const [origin, size, root] = note.split("\n");
      expect(origin).toBe(`cleargate/ledger/${ledger.organisation}`);
      expect(root).toBe(treeHash(texts.slice(0, Number(size))).toString("base64"));
    }
    expect(Number(notes.at(-1)?.split("\n")[1])).toBe(texts.length);
  });

  test("verifies with a kept checkpoint of every size that was ever signed", async () => {
    const rows = await database.asOwner("select note from ledger_checkpoints order by size");
    const kept = rows
      .map(({ note }) => note)
      .filter((note) => bundle.includes(JSON.stringify(note)));

    expect(kept.length).toBeGreaterThan(1);
    expect(verify(bundle, { key, kept: kept.join("\n") }).text).toContain("kept checkpoint agrees");
  });

  test("gives away nothing that counsel holds", () => {
    const { entries } = openBundle(bundle);
    const held = entries.filter(({ personal }) => personal && "held" in personal);
    const kinds = new Set(held.map(({ entry }) => JSON.parse(entry).type));

    expect(kinds).toEqual(new Set(["AnswerGiven", "EvidenceAdded"]));
    const privileged = held.map(({ entry }) => JSON.parse(entry).question ?? "memo");
    expect(privileged).toContain("records_decision");
    expect(bundle).not.toContain("Counsel's written advice");
  });

  test("is recorded with the hash of its bytes, and changes no state", async () => {
    const again = openBundle(await ledger.bundle());
    const recorded = again.entries.filter(({ entry }) => entry.includes('"AuditExported"'));

    expect(recorded.map(({ state }) => state)).toContain(false);
    expect(recorded.map(({ entry }) => JSON.parse(entry).by)).toContain("terminal");
    expect(recorded.map(({ entry }) => JSON.parse(entry).sha256)).toContain(
      sha(bundle).toString("hex"),
    );
  });
});

describe("each change is found, and the first bad entry named", () => {
  // 200 times in `npm run bench -- faults`.
  const seeds = process.env.FAULTS_TIMES === undefined ? 10 : 20 * Number(process.env.FAULTS_TIMES);

  test("in the bundle, of every kind, many times", () => {
    const from = seedOf("tampers with the bundle", 0);
    const { kinds, misses } = tryTampers(bundle, { key, seeds, from });

    expect(misses).toEqual([]);
    expect(kinds.length).toBeGreaterThanOrEqual(22);
  }, 900_000);

  test("what an administrator changes in the tables is found in what is exported then", async () => {
    const { entries } = openBundle(bundle);
    const n = entries.findIndex(({ entry }) => entry.includes('"AttestationReceived"')) + 1;
    const change = (sql: string) =>
      database.asOwner(`set session_replication_role = replica; ${sql}`);
    const entry = await database.asOwner("select entry from ledger_entries where sequence = $1", [
      n,
    ]);
    await change(
      `update ledger_entries set entry = replace(entry, '"form":"', '"form":"x') where sequence = ${n}`,
    );
    const exported = await ledger.bundle();
    const { firstBad = 0, lastSuspect = firstBad, outcome } = judge(exported, { key });
    await database.asOwner(`select set_config('session_replication_role', 'replica', false);`);
    await change(
      `update ledger_entries set entry = $body$${entry[0]?.entry}$body$ where sequence = ${n}`,
    );

    expect([outcome, firstBad <= n, n <= lastSuspect]).toEqual(["tampered", true, true]);
    expect(judge(await ledger.bundle(), { key }).outcome).toBe("intact");
  });
});

describe("the proof of one sign-off", () => {
  const signOffs = () =>
    openBundle(bundle).entries.flatMap(({ entry }, index) => {
      const { type, signOffId } = JSON.parse(entry);
      return type === "SignOffRecorded" ? [{ n: index + 1, id: String(signOffId) }] : [];
    });

  test("is checked alone, for each of them, and agrees with the second implementation", async () => {
    expect(signOffs().length).toBeGreaterThan(10);
    const proofs: { readonly n: number; readonly proof: string }[] = [];
    for (const { n, id } of signOffs()) proofs.push({ n, proof: await ledger.proof(id) });
    // Asked last: each export is an entry itself, which a later proof may cover.
    const all = openBundle(await ledger.bundle()).entries.map(({ entry }) => entry);
    for (const { n, proof } of proofs) {
      const { code, text } = verify(proof, { key });

      expect(text).toContain(`INTACT: entry ${n} of organization`);
      expect(code).toBe(0);
      const { proof: path, checkpoint } = JSON.parse(proof);
      const covered = all.slice(0, Number(checkpoint.split("\n")[1]));
      expect(path).toEqual(auditPath(n - 1, covered).map((hash) => hash.toString("hex")));
    }
  });

  test("is refused when anything in it is changed", async () => {
    const [first] = signOffs();
    const proof = await ledger.proof(first?.id ?? "");
    const parts = JSON.parse(proof);
    const { personal } = parts;
    const other = await ledger.proof(signOffs()[1]?.id ?? "");
    const changed: readonly object[] = [
      { ...parts, n: parts.n + 1 },
      { ...parts, entry: parts.entry.replace('"meaning":"', '"meaning":"x') },
      { ...parts, entry: JSON.parse(other).entry, personal: JSON.parse(other).personal },
      { ...parts, personal: { ...personal, body: personal.body.replace('"name":"', '"name":"x') } },
      { ...parts, personal: { ...personal, salt: JSON.parse(other).personal.salt } },
      { ...parts, personal: undefined },
      { ...parts, proof: parts.proof.slice(1) },
      { ...parts, proof: [...parts.proof, parts.proof[0]] },
      { ...parts, proof: parts.proof.toReversed() },
      { ...parts, proof: [] },
      { ...parts, checkpoint: parts.checkpoint.replace(/\n\d+\n/, "\n7\n") },
      { ...parts, checkpoint: parts.checkpoint.split("\n\n")[0] },
      { ...parts, more: 1 },
      { ...parts, format: "cleargate-proof-1", entry: "{}" },
    ];

    for (const one of changed) {
      const { code, text } = verify(`${JSON.stringify(one)}\n`, { key });
      expect([text, code]).toEqual([expect.stringMatching(/^TAMPERED: [^\n]+\n$/), 2]);
    }
    expect(verify(proof.slice(0, 200), { key }).code).toBe(1);
    expect(verify(`${proof}\n`, { key }).code).toBe(2);
  });

  test("is compared with a kept checkpoint of its size, and refuses a report", async () => {
    const proof = await ledger.proof(signOffs()[0]?.id ?? "");
    const { checkpoint } = JSON.parse(proof);
    const older = JSON.parse(bundle.split("\n").find((line) => line.includes("checkpoint")) ?? "");

    expect(verify(proof, { key, kept: checkpoint }).code).toBe(0);
    expect(verify(proof, { key, kept: older.checkpoint ?? checkpoint }).code).toBe(0);
    expect(verify(proof, { key, report }).code).toBe(1);
  });
});

describe("the closeout report", () => {
  const claims = () => JSON.parse(report);
  const canonicalOf = (change: (report: ReturnType<typeof claims>) => void) => {
    const changed = claims();
    change(changed);
    return canonical(changed);
  };
  const find = (changed: ReturnType<typeof claims>, name: string) =>
    changed.requirements.find((one: { requirement: string }) => one.requirement === name);

  /** The ledger as an insider would forge it, who has its key: it records the report that is given. */
  function forgedFor(given: string, more: readonly TestEntry[] = []) {
    const insider = aKey();
    const { entries, organisation } = openBundle(bundle);
    const migrationId = ledger.migration;
    const exported = { type: "ReportExported", migrationId, draft: false };
    const recorded = anEntry(organisation, { ...exported, sha256: sha(given).toString("hex") });
    const forged = bundleOf({
      organisation,
      key: insider,
      entries: [...entries, ...more, recorded],
    });
    return verify(forged, { key: insider.vkey, report: given });
  }

  test("is checked with one command: its bytes, its reference, and everything in it", () => {
    const { code, text } = verify(bundle, { key, report });
    const signed = claims().requirements.flatMap((one: { signed_by: [] }) => one.signed_by);

    expect(text).toMatch(/The report is the one that entry \d+ recorded, byte for byte/);
    expect(text).toContain(`in force then: ${signed.length} sign-offs, `);
    // Of this ledger nothing was erased: what counsel holds must not be called so.
    expect(text).toContain("0 erased");
    expect(text).toContain("Counsel holds 1 of them");
    expect(text).not.toContain("were erased");
    expect(code).toBe(0);
  });

  test.each<[string, (bytes: string) => string]>([
    ["a line break more", (bytes) => `${bytes}\n`],
    ["a word changed", (bytes) => bytes.replace("Lakeside", "Seaside")],
    [
      "a sign-off left out",
      () => canonicalOf((one) => find(one, "hipaa_baa_signed").signed_by.pop()),
    ],
  ])("%s: its hash was never recorded", (_, change) => {
    const { code, text } = verify(bundle, { key, report: change(report) });

    expect(text).toContain("not those of any report that the ledger recorded");
    expect(code).toBe(2);
  });

  test.each<[string, (one: ReturnType<typeof claims>) => void, RegExp]>([
    [
      "another signer",
      (one) => {
        find(one, "hipaa_baa_signed").signed_by[0].name = "Somebody Else";
      },
      /The sign-off of hipaa_baa_signed by Somebody Else at \S+ differs from entry \d+ in: name\./,
    ],
    [
      "another moment",
      (one) => {
        find(one, "hipaa_baa_signed").signed_by[0].at = "2020-01-01T00:00:00Z";
      },
      /sign-off of hipaa_baa_signed by .* differs from entry \d+ in: time\./,
    ],
    [
      "a sign-off moved to another requirement",
      (one) => {
        const moved = find(one, "hipaa_baa_signed").signed_by.pop();
        find(one, "encryption_verified").signed_by.push(moved);
      },
      /The sign-off of encryption_verified by .* (differs from|is not in the ledger)/,
    ],
    [
      "the same sign-off twice",
      (one) => {
        const { signed_by } = find(one, "hipaa_baa_signed");
        signed_by.push(signed_by[0]);
      },
      /The sign-off of hipaa_baa_signed by .* is not in the ledger/,
    ],
    [
      "another file",
      (one) => {
        find(one, "hipaa_baa_signed").evidence[0].sha256 = "0".repeat(64);
      },
      /The evidence .* of hipaa_baa_signed differs from entry \d+ in: sha256\./,
    ],
    [
      "another person outside",
      (one) => {
        find(one, "hipaa_baa_signed").attested_by[0].email = "nobody@example.com";
      },
      /The written confirmation of hipaa_baa_signed by .* differs from entry \d+ in: from\./,
    ],
    [
      "another document of theirs",
      (one) => {
        find(one, "hipaa_baa_signed").attested_by[0].document.sha256 = "0".repeat(64);
      },
      /written confirmation of hipaa_baa_signed by .* differs from entry \d+ in: documentSha256\./,
    ],
    [
      "what a written confirmation is about",
      (one) => {
        find(one, "hipaa_baa_signed").attested_by[0].about[0].sha256 = "0".repeat(64);
      },
      /written confirmation of hipaa_baa_signed by .* differs from entry \d+ in: about\./,
    ],
    [
      "how a written confirmation was checked",
      (one) => {
        find(one, "hipaa_baa_signed").attested_by[0].checked.how = "handed_over";
      },
      /written confirmation of hipaa_baa_signed by .* differs from entry \d+ in: checked\./,
    ],
    [
      "other content",
      (one) => {
        find(one, "hipaa_baa_signed").content_hash = "0".repeat(64);
      },
      /hipaa_baa_signed is called signed, but no sign-off in the report is on its content/,
    ],
    [
      "another root",
      (one) => {
        one.audit.root_hash = "0".repeat(64);
      },
      /root hash is not the one over the first \d+ entries/,
    ],
    [
      "a later reference",
      (one) => {
        one.audit.size = 99_999;
      },
      /refers to 99999 entries and this bundle has \d+/,
    ],
  ])("%s is found, though an insider recorded the very bytes", (_, change, says) => {
    const { code, text } = forgedFor(canonicalOf(change));

    expect(text).toMatch(says);
    expect(text).not.toContain("not those of any report");
    expect(code).toBe(2);
  });

  test("a sign-off that was revoked before the reference is found", async () => {
    const { entries, organisation } = openBundle(bundle);
    const signed = entries.find(({ entry }) => entry.includes('"SignOffRecorded"'));
    const { signOffId, requirement } = JSON.parse(signed?.entry ?? "{}");
    const migrationId = ledger.migration;
    const about = { migrationId, requirement, signOffId, kind: "revocation", reason: "x" };
    const revoked = anEntry(organisation, { type: "SignOffRevoked", ...about });
    const before = entries.slice(0, claims().audit.size);
    const all = [...before, revoked];
    const given = canonicalOf((one) => {
      const root = treeHash(all.map(({ entry }) => entry)).toString("hex");
      one.audit = { size: all.length, root_hash: root };
    });
    const insider = aKey();
    const exported = { type: "ReportExported", migrationId, draft: false };
    const recorded = anEntry(organisation, { ...exported, sha256: sha(given).toString("hex") });
    const forged = bundleOf({ organisation, key: insider, entries: [...all, recorded] });
    const late = forgedFor(report, [revoked]);

    const { code, text } = verify(forged, { key: insider.vkey, report: given });
    expect(text).toContain(`was revoked by entry ${all.length}, before the report's reference`);
    expect(code).toBe(2);
    expect(late.text).toMatch(
      /Entry \d+ \(SignOffRevoked\) changed the migration after this report/,
    );
    expect(late.code).toBe(0);
  });

  test("a draft, a file of another kind and a bundle of an earlier day are told apart", () => {
    const says = (given: string) => verify(bundle, { key, report: given }).text;

    expect(says("hello")).toContain("NOT CHECKED: The report is not as Cleargate writes it");
    expect(says('{"report":"other"}')).toContain("no closeout report");
    expect(says(canonicalOf((one) => Object.assign(one, { audit: null })))).toContain("a draft");
    expect(says(report.replace("{", '{"report":"twice",'))).toContain("not in order");
  });
});
