/** Everything that a message, a form and a home can hold, for the page to show. */
import { Instant, MigrationId } from "../../../src/domain/ids.ts";
import type { Form } from "../../../src/messages/form.ts";
import type { Home, Message } from "../../../src/messages/message.ts";

const migration = MigrationId.parse("3f0c6a6e-6b0e-4f55-9d38-0d2d8c1f5b11");
const NOON_UTC = Instant.parse("2026-11-20T17:00:00.000Z");

/** Text that would do harm if it were ever parsed. */
export const HOSTILE =
  '<img src=x onerror="document.title=1"><script>document.title="owned"</script> <!channel> \u202Eevil';

export const statusMessage: Message = {
  headline: "Lakeside Clinic: 7 of 18 requirements cleared, gate 3 is blocked",
  tone: "attention",
  sections: [
    {
      progress: { done: 7, of: 18, label: "requirements cleared" },
      fields: [
        { label: "Verticals", value: "HIPAA, PCI" },
        { label: "Go-live", value: [{ time: NOON_UTC, as: "date_time" }] },
        { label: "Opened by", value: [{ strong: "Amara Okafor" }] },
      ],
    },
    {
      title: "Next steps",
      checklist: [
        { mark: "done", text: "Industry confirmed", state: "Signed by Amara Okafor" },
        {
          mark: "waiting",
          text: ["Business associate agreement, ", { code: "hipaa_baa_signed" }],
          state: "Waiting for counsel",
          action: { label: "Remind", command: { type: "ShowNext", migration } },
        },
        {
          mark: "blocked",
          text: "Call recordings are encrypted",
          state: "Blocked: TLS 1.1 was answered",
          action: { label: "Answer", command: { type: "EditDates", migration } },
        },
        { mark: "open", text: "Retention of call records", state: "Not started" },
        { mark: "skipped", text: "K-12 directory notice", state: "Not applicable" },
      ],
    },
    {
      actions: [
        { label: "Edit dates", style: "primary", command: { type: "EditDates", migration } },
        {
          label: "Check a gate",
          choices: [
            {
              label: "Gate 3, before deployment",
              command: { type: "CheckGate", migration, stage: 3 },
            },
            { label: "Gate 5, go-live", command: { type: "CheckGate", migration, stage: 5 } },
          ],
        },
        {
          label: "Cancel migration",
          style: "danger",
          command: { type: "ConfirmCancel", migration },
          confirm: {
            title: "Cancel this migration?",
            text: "Its gates stay closed and its record is kept.",
            yes: "Cancel the migration",
          },
        },
        { label: "Compliance guide", url: "https://example.com/guide" },
      ],
    },
  ],
  footnote: ["As of ", { time: NOON_UTC, as: "date_time" }, "."],
};

export const gateMessage: Message = {
  headline: "Compliance gate: PASS. Exit code 0.",
  tone: "good",
  sections: [
    {
      table: {
        caption: "Signatures",
        columns: ["Requirement", "Signed by", "On"],
        rows: [
          ["hipaa_baa_signed", "walter.chen@cloudmagicgroup.com", "2026-11-18"],
          ["encryption_in_transit", "sofia.lindqvist@cloudmagicgroup.com", "2026-11-19"],
        ],
      },
      code: 'npm run --silent compliance -- --can-advance --stage 3\n{"exit":0}',
    },
  ],
  attachment: {
    name: "closeout-report.json",
    mimeType: "application/json",
    content: '{"customer":"Lakeside Clinic"}\n',
  },
};

export const refusalMessage: Message = {
  headline: "Guests read along; they cannot sign.",
  tone: "bad",
  sections: [{ lines: ["Ask a member of the company who holds the role to sign instead."] }],
};

export const hostileMessage: Message = {
  headline: HOSTILE,
  sections: [
    {
      title: HOSTILE,
      lines: [HOSTILE, [{ link: "javascript:alert(1)", text: "click" }]],
      fields: [{ label: HOSTILE, value: HOSTILE }],
      code: HOSTILE,
    },
  ],
};

export const datesForm: Form = {
  title: "Dates",
  intro: [{ lines: ["Days are counted in the migration's zone."] }],
  fields: [
    {
      id: "proposal",
      type: "date",
      label: "Proposal date",
      required: true,
      help: "Gate 3 is due then.",
    },
    { id: "retention", type: "number", label: "Retention", unit: "months", required: true },
    {
      id: "method",
      type: "choice",
      label: "How are cards taken?",
      required: true,
      options: [
        { id: "dtmf", label: "DTMF suppression" },
        { id: "pause", label: "Pause and resume" },
      ],
    },
    {
      id: "where",
      type: "multi",
      label: "Where are recordings kept?",
      required: false,
      options: [
        { id: "cloud", label: "In the cloud" },
        { id: "site", label: "On site" },
      ],
    },
    { id: "owner", type: "user", label: "Who owns it?", required: true },
    { id: "note", type: "text", label: "Note", long: true, required: false },
  ],
  submit: "Save",
  command: { type: "SaveDates", migration },
  footnote: "Nothing is signed by saving.",
};

export const filesForm: Form = {
  title: "Where do they belong?",
  fields: [
    {
      id: "slot",
      type: "choice",
      label: "Evidence for",
      required: true,
      options: [
        { id: "hipaa_baa_signed.agreement", label: "Signed agreement" },
        { id: "pci_scope.letter", label: "Scope letter" },
      ],
    },
  ],
  submit: "Attach",
  command: { type: "AttachFiles", migration },
};

export const home: Home = {
  headline: "Two things wait for you",
  sections: [
    {
      title: "Waiting for me",
      checklist: [
        {
          mark: "waiting",
          text: "Sign: business associate agreement, Lakeside Clinic",
          state: "Asked by Diego Ramos",
          action: { label: "Review", command: { type: "ShowStatus", migration } },
        },
        { mark: "open", text: "Answer: retention of call records", state: "Due in 3 days" },
      ],
    },
    { title: "I wait on", lines: ["Nothing at the moment."] },
    {
      title: "My migrations",
      progress: { done: 7, of: 18, label: "Lakeside Clinic" },
      actions: [
        { label: "Start a migration", style: "primary", command: { type: "OpenMigration" } },
      ],
    },
  ],
};
