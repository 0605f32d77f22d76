import type { MigrationView } from "../domain/requirements/view.ts";
import type { Button, Message, Section } from "./message.ts";
import { HELP, type HelpEntry } from "./sections/help.ts";
import { button, openLines, primary, progressOf } from "./sections/steps.ts";
import { counted, GATE_MOTTO, short } from "./wording.ts";

/** The closeout report; a draft says so and names what is not signed. */
export function reportMessage(report: {
  readonly view: MigrationView;
  readonly fileName: string;
  readonly json: string;
  readonly draft: boolean;
}): Message {
  const { view, fileName, json, draft } = report;
  const { done, of } = progressOf(view);
  const customer = short(view.record.customer, 60);
  const open = view.requirements.filter(({ satisfied }) => !satisfied);
  return {
    headline: draft
      ? `DRAFT report for ${customer}: ${done} of ${of} requirements are signed. Not for the customer.`
      : `The closeout report for ${customer} is complete: ${of} of ${of} requirements are cleared.`,
    tone: draft ? "attention" : "good",
    sections: [
      {
        lines: [
          draft
            ? "It shows how things stand now. Deliver the report only when nothing is left."
            : "It is for the customer's compliance officer. Check that it opens before you deliver it.",
          ...(draft
            ? []
            : [
                "An auditor can check it without us: with an export of the ledger, its public key, and cleargate-verify. SECURITY.md says how.",
              ]),
        ],
      },
      ...(draft && open.length > 0 ? [{ title: "Not signed", checklist: openLines(open) }] : []),
    ],
    attachment: { name: fileName, mimeType: "application/json", content: json },
    footnote: "Asked for again, it is the same file, byte for byte, until something changes.",
  };
}

/** What one check of the system found. */
export interface HealthFinding {
  readonly check: string;
  readonly ok: boolean;
  readonly says: string;
  readonly fix?: string;
}

/** Every finding, failures first, each with what to do. */
export function doctorMessage(findings: readonly HealthFinding[]): Message {
  const bad = findings.filter(({ ok }) => !ok);
  const sorted = [...bad, ...findings.filter(({ ok }) => ok)];
  return {
    headline:
      bad.length === 0
        ? `All ${counted(findings.length, "check")} passed.`
        : `${bad.length} of ${counted(findings.length, "check")} failed: ${short(bad.map(({ check }) => check).join(", "), 100)}.`,
    tone: bad.length === 0 ? "good" : "bad",
    sections: [
      {
        checklist: sorted.map(({ check, ok, says, fix }) => ({
          mark: ok ? "done" : "blocked",
          text: [
            { strong: `${check}: ` },
            says,
            ...(ok || fix === undefined ? [] : [` What to do: ${fix}`]),
          ],
          state: ok ? "fine" : "failed",
        })),
        actions: [button("Check again", { type: "RunDoctor" })],
      },
    ],
  };
}

/** What the check of an organization's ledger says. */
export type LedgerFinding =
  | {
      readonly ok: true;
      readonly entries: number;
      readonly rootHash: string | null;
      readonly unsealed: number;
      readonly checkpoints?: number;
      /** The newest checkpoint. */
      readonly signed?: { readonly size: number; readonly keyId: string } | null;
      /** How often two people accepted that the ledger does not continue what was signed. */
      readonly breaks?: number;
    }
  | {
      readonly ok: false;
      readonly entries: number;
      /** Null: every entry fits, but the database does not protect them as it should. */
      readonly firstBad: number | null;
      readonly why: string;
      /** What of the schema's protection is not as it was made, a sentence each. */
      readonly unprotected?: readonly string[];
    };

/** The ledger is whole, or the first entry that is not. */
export function ledgerMessage(verdict: LedgerFinding): Message {
  if (!verdict.ok) return brokenLedger(verdict);
  const { entries, rootHash, unsealed, signed = null, breaks = 0 } = verdict;
  const waiting =
    unsealed === 0 ? "" : ` ${counted(unsealed, "more is", "more are")} about to be sealed.`;
  return {
    headline: `The ledger is intact: ${counted(entries, "entry", "entries")} checked from the first to the last.${waiting}`,
    tone: "good",
    sections:
      rootHash === null
        ? [{ lines: ["Nothing has been sealed yet."] }]
        : [
            {
              fields: [
                { label: "Root hash", value: [{ code: rootHash }] },
                ...(signed ? signedFields(signed, verdict.checkpoints ?? 0) : []),
              ],
              ...(breaks === 0
                ? {}
                : {
                    lines: [
                      `Two people accepted ${counted(breaks, "break")} of its history; the ledger says who, when and why.`,
                    ],
                  }),
            },
          ],
  };
}

function brokenLedger(verdict: Extract<LedgerFinding, { readonly ok: false }>): Message {
  const { entries, firstBad, why, unprotected = [] } = verdict;
  const open = unprotected.length === 0 ? [] : [unprotectedSection(unprotected)];
  if (firstBad === null) {
    return {
      headline: "The ledger is NOT protected as it should be: somebody changed the database.",
      tone: "bad",
      sections: [{ lines: [why] }, ...open],
    };
  }
  return {
    headline: `The ledger is NOT intact: entry ${firstBad} of ${entries} is the first bad one.`,
    tone: "bad",
    sections: [
      {
        lines: [
          why,
          "Tell your compliance officer and the operators now, and do not rely on signatures after this entry.",
        ],
      },
      ...open,
    ],
  };
}

const MOST_NAMED = 20;

function unprotectedSection(unprotected: readonly string[]): Section {
  const more = unprotected.length - MOST_NAMED;
  return {
    title: "What protects the ledger in the database",
    lines: [
      ...unprotected.slice(0, MOST_NAMED).map((sentence) => short(sentence, 300)),
      ...(more > 0 ? [`And ${more} more.`] : []),
      "The operators find out who changed it, and put it back as the operations guide says.",
    ],
  };
}

function signedFields(signed: { readonly size: number; readonly keyId: string }, count: number) {
  const { size, keyId } = signed;
  return [
    {
      label: "Signed",
      value: `${counted(size, "entry", "entries")}, ${counted(count, "checkpoint")}`,
    },
    { label: "Key", value: [{ code: keyId }] },
  ];
}

/** Whether the tables are what the ledger says. */
export function replayMessage(
  verdict:
    | { readonly ok: true; readonly facts: number; readonly tables: number }
    | { readonly ok: false; readonly facts: number; readonly why: string },
): Message {
  if (verdict.ok) {
    return {
      headline: `The tables are what the ledger says: ${counted(verdict.facts, "entry", "entries")} replayed into ${counted(verdict.tables, "table")}.`,
      tone: "good",
    };
  }
  return {
    headline: "The tables are NOT what the ledger says.",
    tone: "bad",
    sections: [
      {
        lines: [
          verdict.why,
          "Somebody may have changed the database by hand. Tell your compliance officer and the operators now.",
        ],
      },
    ],
  };
}

/** Every command with one line, or help on one of them. */
export function helpMessage(topic?: string): Message {
  const said = topic?.trim().toLowerCase() ?? "";
  const entry = HELP.find(({ verb }) => said !== "" && said.split(/\s+/u).includes(verb));
  return entry ? topicHelp(entry) : allHelp(said);
}

function topicHelp({ usage, line, more, command }: HelpEntry): Message {
  const actions: readonly Button[] =
    command === undefined ? [] : [primary(button("Do it", command))];
  return {
    headline: `${usage}: ${line}`,
    sections: [
      { lines: more, ...(actions.length === 0 ? {} : { actions }) },
      { actions: [button("All commands", { type: "ShowHelp" })] },
    ],
  };
}

function allHelp(said: string): Message {
  const unknown = said === "" ? "" : ` There is no help on “${short(said, 40)}”.`;
  const table: Section = {
    table: {
      caption: "Commands",
      columns: ["Command", "What it does"],
      rows: HELP.map(({ usage, line }) => [usage, line]),
    },
  };
  return {
    headline: `Type /compliance and what you need; “next” always leads on.${unknown}`,
    sections: [
      {
        lines: [
          "I lead a migration through its compliance requirements: which rules apply, what to answer, who signs, and whether the gate is open.",
          GATE_MOTTO,
        ],
      },
      table,
      {
        actions: [
          primary(button("Start a migration", { type: "StartMigration" })),
          button("Next step", { type: "ShowNext" }),
        ],
      },
    ],
    footnote:
      "For more on one of them, type /compliance help and its word. Small typing errors are forgiven.",
  };
}
