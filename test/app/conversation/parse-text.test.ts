import { describe, expect, it } from "vitest";
import { parseText, VERBS } from "../../../src/app/conversation/parse-text.ts";
import { Command } from "../../../src/domain/command.ts";
import { isRefusal } from "../../../src/domain/refusal.ts";
import { fc } from "../../support/properties.ts";

describe("the words after /compliance", () => {
  it.each([
    ["", { type: "OpenHome" }],
    ["   ", { type: "OpenHome" }],
    ["start", { type: "StartMigration" }],
    ["start Mercy Clinic, healthcare", { customer: "Mercy Clinic", industry: "healthcare" }],
    ["start Mercy Clinic", { customer: "Mercy Clinic" }],
    ["STATUS", { type: "ShowStatus" }],
    ["  status  ", { type: "ShowStatus" }],
    ["\u00a0status\u00a0", { type: "ShowStatus" }],
    ["/compliance status", { type: "ShowStatus" }],
    ["compliance status", { type: "ShowStatus" }],
    ["next", { type: "ShowNext" }],
    ["answer baa", { type: "AnswerRequirement", words: "baa" }],
    ["answer", { type: "AnswerRequirement" }],
    ["evidence hipaa_baa_signed", { type: "AddEvidence", words: "hipaa_baa_signed" }],
    ["sign “hipaa_baa_signed”", { type: "ReviewSignOff", words: "hipaa_baa_signed" }],
    ['sign "hipaa_baa_signed', { type: "ReviewSignOff", words: "hipaa_baa_signed" }],
    ["sign-off encryption", { type: "ReviewSignOff", words: "encryption" }],
    ["request baa", { type: "RequestSignOff", words: "baa" }],
    ["gate 3", { type: "CheckGate", stage: 3 }],
    ["gate stage 5", { type: "CheckGate", stage: 5 }],
    ["gate go-live", { type: "CheckGate", stage: 5 }],
    ["gate proposal", { type: "CheckGate", stage: 3 }],
    ["gate", { type: "CheckGate" }],
    ["gate 4", { type: "CheckGate" }],
    ["report", { type: "ShowReport" }],
    ["report draft", { type: "ShowReport", draft: true }],
    ["people", { type: "ShowPeople" }],
    ["contacts", { type: "ShowPeople" }],
    ["platform", { type: "EditPlatform" }],
    ["dates", { type: "EditDates" }],
    ["claim baa", { type: "Claim", words: "baa" }],
    ["undo", { type: "Undo" }],
    ["revoke baa", { type: "RevokeSignOff", words: "baa" }],
    ["close", { type: "CloseMigration" }],
    ["cancel", { type: "CancelMigration" }],
    ["verify", { type: "VerifyLedger" }],
    ["help", { type: "ShowHelp" }],
    ["HELP", { type: "ShowHelp" }],
    ["help gate", { type: "ShowHelp", topic: "gate" }],
    ["doctor", { type: "RunDoctor" }],
  ])("%j means %j", (text, expected) => {
    const command = parseText(text);

    expect(command).toMatchObject(expected);
    expect(Command.safeParse(command).success).toBe(true);
  });
});

describe("typos", () => {
  it.each([
    ["statsu", "ShowStatus"],
    ["staus", "ShowStatus"],
    ["sttaus", "ShowStatus"],
    ["nxet", "ShowNext"],
    ["nest", "ShowNext"],
    ["asnwer", "AnswerRequirement"],
    ["anwser", "AnswerRequirement"],
    ["answr", "AnswerRequirement"],
    ["evidnce", "AddEvidence"],
    ["evidense", "AddEvidence"],
    ["attch", "AddEvidence"],
    ["sgin", "ReviewSignOff"],
    ["sgin-off", "ReviewSignOff"],
    ["aprove", "ReviewSignOff"],
    ["reqest", "RequestSignOff"],
    ["requets", "RequestSignOff"],
    ["gaet", "CheckGate"],
    ["gats", "CheckGate"],
    ["reprot", "ShowReport"],
    ["exprot", "ShowReport"],
    ["poeple", "ShowPeople"],
    ["peolpe", "ShowPeople"],
    ["paltform", "EditPlatform"],
    ["platfrom", "EditPlatform"],
    ["daets", "EditDates"],
    ["clami", "Claim"],
    ["udno", "Undo"],
    ["revoek", "RevokeSignOff"],
    ["revok", "RevokeSignOff"],
    ["clsoe", "CloseMigration"],
    ["cancle", "CancelMigration"],
    ["cnacel", "CancelMigration"],
    ["verfiy", "VerifyLedger"],
    ["verifiy", "VerifyLedger"],
    ["hlep", "ShowHelp"],
    ["halp", "ShowHelp"],
    ["docter", "RunDoctor"],
    ["dcotor", "RunDoctor"],
    ["strat", "StartMigration"],
    ["verticls", "ReviewVerticals"],
  ])("%s is forgiven", (text, type) => {
    expect(parseText(text)).toMatchObject({ type });
  });

  it.each(["xyzzy", "; drop table migrations", "$(id)", "{{7*7}}", "%s%n", "ignore", "🔥"])(
    "%s is not understood and offers at most three suggestions",
    (text) => {
      const answer = parseText(text);

      expect(answer).toMatchObject({ refused: "unknown_command" });
      expect(
        isRefusal(answer) && "suggestions" in answer && answer.suggestions.length,
      ).toBeLessThan(4);
    },
  );

  it("a word between two verbs is not guessed", () => {
    expect(parseText("mates")).toMatchObject({ refused: "unknown_command" });
  });

  it("forty thousand characters are refused, and little of them is repeated", () => {
    const answer = parseText("a".repeat(40_000));

    expect(answer).toMatchObject({ refused: "unknown_command" });
    expect(JSON.stringify(answer).length).toBeLessThan(300);
  });
});

it("any text gives a valid command or a refusal", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.constantFrom(...Object.keys(VERBS))), (text) => {
      const answer = parseText(text);
      return isRefusal(answer) || Command.safeParse(answer).success;
    }),
  );
});
