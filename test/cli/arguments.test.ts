import { describe, expect, it } from "vitest";
import { parseArguments } from "../../src/cli/arguments.ts";
import { fc } from "../support/properties.ts";

const ID = "0d9f6f3e-8a51-4c0e-9a57-3f1f4f6f2a10";

/** Splits as a shell would, with double quotes only. */
function parse(line: string) {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)];
  return parseArguments(words.map(([, quoted, bare]) => quoted ?? bare ?? ""));
}

describe("what is understood", () => {
  it.each([
    ["", { command: "help" }],
    ["help", { command: "help" }],
    ["--help", { command: "help" }],
    ["report --help", { command: "help" }],
    ["--version", { command: "version" }],
    ['--detect "a dental clinic"', { command: "detect", text: "a dental clinic", json: false }],
    ["--json --detect=bank", { command: "detect", text: "bank", json: true }],
    [
      `--migration-id ${ID} --industry "healthcare"`,
      { command: "propose", migration: ID, industry: "healthcare", json: false },
    ],
    [`--migration-id ${ID} --check-status`, { command: "status", migration: ID, json: false }],
    [
      `--check-status --json --migration-id=${ID}`,
      { command: "status", migration: ID, json: true },
    ],
    [
      `--migration-id ${ID.toUpperCase()} --can-advance --stage 3`,
      { command: "can_advance", migration: ID, stage: 3, json: false },
    ],
    [
      `--migration-id ${ID} --can-advance --stage 5 --json`,
      { command: "can_advance", migration: ID, stage: 5, json: true },
    ],
    [
      `--migration-id ${ID} --sign-off --requirement hipaa_baa_signed`,
      { command: "sign_off", migration: ID, requirement: "hipaa_baa_signed", json: false },
    ],
    [
      'create --customer "Mercy Hospital" --industry hospital --json',
      { command: "create", customer: "Mercy Hospital", industry: "hospital", json: true },
    ],
    [
      `report --migration-id ${ID}`,
      { command: "report", migration: ID, draft: false, output: null },
    ],
    [
      `report --draft --output out.json --migration-id ${ID} --json`,
      { command: "report", migration: ID, draft: true, output: "out.json" },
    ],
    ["verify --json", { command: "verify", replay: false, json: true }],
    ["verify --replay", { command: "verify", replay: true, json: false }],
    ["public-key", { command: "public_key", json: false }],
    ["doctor", { command: "doctor", json: false }],
    [
      "export-audit --output ledger.jsonl",
      { command: "export_audit", organisation: null, output: "ledger.jsonl", json: false },
    ],
    [
      `export-audit --json --organization=${ID} --output=a=b`,
      { command: "export_audit", organisation: ID, output: "a=b", json: true },
    ],
    [
      `export-proof --output p.json --sign-off ${ID}`,
      { command: "export_proof", signOff: ID, output: "p.json", json: false },
    ],
    [
      `export-proof --output p.json --migration-id ${ID} --requirement call_logging`,
      {
        command: "export_proof",
        signOff: { migrationId: ID, requirement: "call_logging" },
        output: "p.json",
        json: false,
      },
    ],
    // An industry text is a person's own words: blank ones and dashes are answered, not refused.
    ["--detect=--odd", { command: "detect", text: "--odd", json: false }],
    ['--detect "--hospital"', { command: "detect", text: "--hospital", json: false }],
    ['--detect ""', { command: "detect", text: "", json: false }],
    ['--detect "   "', { command: "detect", text: "", json: false }],
    ['--json --detect ""', { command: "detect", text: "", json: true }],
    ["--detect= --json", { command: "detect", text: "", json: true }],
    [
      `--migration-id ${ID} --industry "--"`,
      { command: "propose", migration: ID, industry: "--", json: false },
    ],
    [
      `--migration-id ${ID} --industry ""`,
      { command: "propose", migration: ID, industry: "", json: false },
    ],
  ])("%s", (line, request) => {
    expect(parse(line)).toEqual(request);
  });
});

describe("what is refused, with a sentence", () => {
  it.each([
    // Exports.
    ["export-audit", "compliance export-audit --output <file>"],
    ["export-audit --output", "compliance export-audit --output <file>"],
    ["export-audit --output a --output b", "compliance export-audit --output <file>"],
    ["export-audit --output a --organization harbor", "compliance export-audit --output <file>"],
    ["export-audit a.jsonl", "compliance export-audit --output <file>"],
    [
      `export-proof --output a --migration-id ${ID}`,
      "or with --migration-id <uuid> --requirement <name>",
    ],
    [
      `export-proof --output a --migration-id ${ID} --requirement x --sign-off ${ID}`,
      "compliance export-proof --sign-off <uuid>",
    ],
    ["export-proof --output a", "compliance export-proof --sign-off <uuid>"],
    ["export-proof --output a --sign-off 7", "compliance export-proof --sign-off <uuid>"],
    // Flags.
    ["--frobnicate", 'There is no flag "--frobnicate".'],
    ["--check-state", 'There is no flag "--check-state".'],
    ["--checkstatus", 'There is no flag "--checkstatus". Did you mean --check-status?'],
    ["--migration", 'There is no flag "--migration". Did you mean --migration-id?'],
    ["--jsn", 'There is no flag "--jsn". Did you mean --json?'],
    ["--Json", 'There is no flag "--Json". Did you mean --json?'],
    ["-j", 'There is no flag "-j".'],
    ["reprot", 'There is no command "reprot".'],
    ["reports", 'There is no command "reports". Did you mean report?'],
    ["verify extra", 'There is no command "extra".'],
    ["--constructor", 'There is no flag "--constructor".'],
    ["constructor", 'There is no command "constructor".'],
    ["--__proto__ x", 'There is no flag "--__proto__".'],
    ["--json --json", "--json is given twice."],
    [`--migration-id ${ID} --migration-id ${ID} --check-status`, "--migration-id is given twice."],
    ["--json=yes --detect bank", "--json takes no value."],
    // Values.
    ["--detect", "--detect needs a value after it."],
    ["--detect --json", "--detect needs a value after it."],
    ["--detect --customer=x", "--detect needs a value after it."],
    ['--customer "" create --industry bank', "--customer needs a value after it."],
    [`--sign-off --migration-id ${ID} --requirement=`, "--requirement needs a value after it."],
    ["--requirement --odd", "--requirement needs a value after it."],
    ["--migration-id --check-status", "--migration-id needs a value after it."],
    [`--migration-id ${ID} --can-advance --stage`, "--stage needs a value after it."],
    [`--migration-id ${ID} --can-advance --stage 4`, "--stage is 3 or 5."],
    [`--migration-id ${ID} --can-advance --stage 5abc`, "--stage is 3 or 5."],
    [`--migration-id ${ID} --can-advance --stage 05`, "--stage is 3 or 5."],
    ["--migration-id 42 --check-status", "--migration-id is not a UUID"],
    [`--migration-id ${ID}0 --check-status`, "--migration-id is not a UUID"],
    [`create --customer ${"x".repeat(201)} --industry bank`, "--customer is longer than 200"],
    // Combinations.
    [`--migration-id ${ID}`, "Say what to do:"],
    ["--json", "Say what to do:"],
    ["--check-status", "--check-status needs --migration-id."],
    [`--migration-id ${ID} --can-advance`, "--can-advance needs --stage."],
    [`--migration-id ${ID} --sign-off`, "--sign-off needs --requirement."],
    ["--industry bank", "--industry needs --migration-id."],
    ["create --industry bank", "create needs --customer."],
    [`--migration-id ${ID} --check-status --stage 3`, "--stage does not go with --check-status."],
    [`--migration-id ${ID} --check-status --industry a`, "--industry does not go with --check-st"],
    [`--migration-id ${ID} --check-status --can-advance`, "do not go together."],
    ["doctor --replay", "--replay does not go with doctor."],
    [`verify --migration-id ${ID}`, "--migration-id does not go with verify."],
    // Signing.
    [
      `--migration-id ${ID} --sign-off --requirement a --signed-by me@company.com`,
      "--signed-by is refused: a typed address proves nothing.",
    ],
    ["--signed-by=me@company.com", 'choose "Sign in the terminal"'],
  ])("%s", (line, says) => {
    expect(parse(line)).toEqual({ problem: expect.stringContaining(says) });
  });

  it("a word that steers a terminal is shown harmless and short", () => {
    expect(parseArguments([`\u001b[31m${"x".repeat(60)}`])).toEqual({
      problem: `There is no command "?[31m${"x".repeat(35)}...".`,
    });
  });

  it("any words give a request or a sentence", () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom("--json", "--stage", "--industry", "report", "--detect=", ID, "3", "--", "="),
    );

    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (words) => {
        const answer = parseArguments(words);
        expect("problem" in answer ? answer.problem : answer.command).toMatch(/^[\x20-\x7e]+$/);
      }),
    );
  });
});
