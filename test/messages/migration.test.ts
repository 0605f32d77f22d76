import { describe, expect, test } from "vitest";
import { Instant, SignOffId } from "../../src/domain/ids.ts";
import type { RequirementState } from "../../src/domain/requirements/view.ts";
import {
  cancelledMessage,
  migrationCard,
  nextMessage,
  requirementMessage,
  requirementPicker,
  statusMessage,
} from "../../src/messages/migration.ts";
import {
  anAttestation,
  anEvidence,
  anItem,
  aRecord,
  aRequest,
  aSignOff,
  aView,
  BAA,
  CAROL,
  DANA,
  gatesOf,
  NOW,
  requirementOf,
  withRequirement,
} from "./builders.ts";
import { commandsOf, linesOf } from "./walk.ts";

const labels = (said: Parameters<typeof commandsOf>[0]) =>
  commandsOf(said).map(({ label }) => label);
const viewer = { viewer: DANA.personId, roles: [] };

test("the card says customer, progress and both gates before the first 150 characters are over", () => {
  const view = aView();

  const { headline } = migrationCard(view, gatesOf(view));

  expect(headline).toBe(
    "Mercy Clinic: 0 of 7 signed. Gate 3 is blocked by 2; gate 5 is blocked by 7.",
  );
});

test("the card says why each vertical applies, and which were chosen by hand", () => {
  const view = aView({ verticals: ["HIPAA", "PCI"] });

  expect(linesOf(migrationCard(view, gatesOf(view)))).toContain(
    "Rules that apply: HIPAA (“clinic”), PCI-DSS (chosen by hand)",
  );
});

test("advisory requirements do not count in the progress", () => {
  const view = aView({ verticals: [] });

  expect(view.requirements.length).toBeGreaterThan(1);
  expect(migrationCard(view, gatesOf(view)).headline).toContain("0 of 1 signed");
});

test("FERPA and HIPAA together flag counsel and the manager; one of them alone does not", () => {
  const both = aView({ verticals: ["FERPA", "HIPAA"] });
  const one = aView({ verticals: ["FERPA"], flags: ["co_application"] });
  const flag = /flag to your manager/;

  expect(linesOf(migrationCard(both, gatesOf(both))).join()).toMatch(flag);
  expect(linesOf(migrationCard(one, gatesOf(one))).join()).not.toMatch(flag);
});

test("what is late is said once, by how late it is", () => {
  const noteAt = (now: string, name: string) => {
    const view = aView({}, Instant.parse(now));
    const { title } = requirementOf(view, name).definition;
    const notes = linesOf(migrationCard(view, gatesOf(view))).filter((line) =>
      line.includes(title),
    );
    return notes.map((line) => line.slice(0, line.indexOf(":")));
  };

  expect(noteAt("2026-10-31T12:00:00Z", BAA)).toEqual([]);
  expect(noteAt("2026-11-02T12:00:00Z", BAA)).toEqual(["Already late, begin today"]);
  expect(noteAt("2026-05-31T12:00:00Z", "hipaa_phi_inventory_partial")).toEqual([
    "Already late, begin today",
  ]);
  expect(noteAt("2026-06-01T12:00:00Z", "hipaa_phi_inventory_partial")).toEqual([
    "Cannot be done in time",
  ]);
  expect(noteAt("2026-06-02T12:00:00Z", "hipaa_phi_inventory_partial")).toEqual(["Past its day"]);
});

test("what should have begun before there was a migration names no day", () => {
  const now = Instant.parse("2026-11-10T12:00:00Z");
  const opened = aView({ openedAt: Instant.parse("2026-11-05T12:00:00Z") }, now);
  const early = aView({}, now);
  const said = (view: ReturnType<typeof aView>) =>
    [
      ...linesOf(migrationCard(view, gatesOf(view))),
      ...linesOf(statusMessage(view, gatesOf(view), DANA.personId)),
      ...linesOf(requirementMessage(view, BAA, { viewer: DANA.personId, roles: [] })),
    ].join("\n");

  expect(said(opened)).toMatch(/Already late, begin today: .*before this migration was opened/);
  expect(said(opened)).toMatch(/Should have started before this migration was opened: begin today/);
  expect(said(opened)).not.toContain("2026-11-01");
  expect(said(early)).toMatch(/start by 2026-11-01/i);
  expect(said(early)).not.toContain("before this migration was opened");
});

test("the dashboard shows the guide's requirements by stage and the additions apart", () => {
  const view = aView();

  const { sections = [] } = statusMessage(view, gatesOf(view), DANA.personId);

  const titled = sections.flatMap(({ title, checklist }) =>
    checklist ? [[title, checklist.length]] : [],
  );
  expect(titled).toEqual([
    ["Stage 3 (Proposal)", 1],
    ["Stage 5 (Go-Live)", 5],
    ["Added by us, beyond the compliance guide", 3],
  ]);
  expect(sections.flatMap(({ lines = [] }) => lines)[0]).toEqual([
    "This is your compliance dashboard. Any requirement showing ",
    { code: "pending" },
    " must be resolved before the Stage 5 gate will clear.",
  ]);
});

test.each<[RequirementState, boolean, string]>([
  ["not_started", false, "pending: not started"],
  ["awaiting_approval", false, "pending: waiting for a signature"],
  ["expired", false, "pending: expired"],
  ["signed", true, "signed"],
  ["waived", true, "signed: waived for a time"],
  ["not_applicable", true, "signed: does not apply"],
])("a requirement that is %s shows as pending or signed, then finer", (state, satisfied, words) => {
  const view = withRequirement(aView(), BAA, { state, satisfied });

  const lines = linesOf(statusMessage(view, gatesOf(aView()), DANA.personId));

  expect(lines.find((line) => line.includes(BAA))).toContain(`[${words}]`);
});

describe("the next step", () => {
  const cleared = { satisfied: true, state: "signed" } as const;

  test("is to confirm the verticals before anything else", () => {
    const message = nextMessage(aView({ verticals: null }), DANA.personId);

    expect(commandsOf(message)[0]?.command.type).toBe("ReviewVerticals");
  });

  test("is the first open requirement in the order of the list", () => {
    expect(nextMessage(aView(), DANA.personId).headline).toContain("Confirm which rules apply");
  });

  test("is a signature that waits for the viewer, but not for the person who asked", () => {
    const view = withRequirement(aView(), BAA, {
      state: "awaiting_approval",
      openRequest: aRequest(),
      item: anItem({ requests: [aRequest()] }),
    });

    const forCarol = nextMessage(view, CAROL.personId, ["compliance_officer"]);
    const forDana = nextMessage(view, DANA.personId, ["compliance_officer"]);

    expect(forCarol.headline).toContain("Business Associate Agreement");
    expect(commandsOf(forCarol)[0]?.command.type).toBe("ReviewSignOff");
    expect(forDana.headline).not.toContain("Business Associate Agreement");
  });

  test("is what is late before what is merely first", () => {
    const lead = requirementOf(aView(), BAA).leadTime;
    const view = withRequirement(aView(), BAA, { leadTime: { ...lead, late: true } });

    expect(nextMessage(view, DANA.personId).headline).toContain("Business Associate Agreement");
  });

  test("leaves advice for last, and then is the gate", () => {
    const open = aView();
    const needed = open.requirements.filter(({ definition }) => !definition.advisory);
    const advised = needed.reduce((view, { name }) => withRequirement(view, name, cleared), open);
    const done = open.requirements.reduce(
      (view, { name }) => withRequirement(view, name, cleared),
      open,
    );

    expect(nextMessage(advised, DANA.personId).headline).toContain("Turn on TLS and SRTP");
    expect(nextMessage(done, DANA.personId).headline).toContain("every requirement is cleared");
  });

  test("is nothing in a closed migration", () => {
    expect(nextMessage(aView({ state: "closed" }), DANA.personId).headline).toContain("is closed");
  });
});

describe("a requirement's page", () => {
  const complete = { nextPage: null, missing: [], state: "in_progress" } as const;

  test("leads from answers to evidence to the written word to the request", () => {
    const view = aView();
    const { evidence, approvals } = requirementOf(view, BAA);
    const first = (over: Parameters<typeof withRequirement>[2]) =>
      labels(requirementMessage(withRequirement(view, BAA, over), BAA, viewer))[0];
    const given = evidence.map((entry) => ({ ...entry, met: true }));
    const met = approvals.requirement_met;
    if (!met) throw new Error("an approval is in force");
    const worded = {
      ...met,
      attestations: met.attestations.map((each) => ({ ...each, met: anAttestation() })),
    };

    expect(first({})).toBe("Answer");
    expect(first(complete)).toBe("Add evidence");
    expect(first({ ...complete, evidence: given })).toBe("Add attestation");
    expect(
      first({ ...complete, evidence: given, approvals: { ...approvals, requirement_met: worded } }),
    ).toBe("Request sign-off");

    const ready = withRequirement(view, BAA, {
      ...complete,
      evidence: given,
      approvals: { ...approvals, requirement_met: worded },
    });
    const offered = (person: Parameters<typeof requirementMessage>[2]) =>
      labels(requirementMessage(ready, BAA, person));
    const officer = { viewer: CAROL.personId, roles: ["compliance_officer"] as const };
    expect(offered(officer)[0]).toBe("Review and sign");
    expect(offered(officer)).not.toContain("Request sign-off");
    expect(offered({ ...officer, roles: [] })[0]).toBe("Request sign-off");
  });

  test("numbers the sign-offs in force, so that each can be proved", () => {
    const revoked = aSignOff({
      id: SignOffId.parse("6f1f6d0c-6f0a-4d55-9e0f-1f4a3a0a0099"),
      revoked: { kind: "undo", by: DANA, at: NOW, reason: "Too early." },
    });
    const signOffs = [aSignOff(), revoked];
    const view = withRequirement(aView(), BAA, { item: anItem({ signOffs }) });
    const page = JSON.stringify(requirementMessage(view, BAA, viewer));

    expect(page).toContain(JSON.stringify({ code: aSignOff().id }));
    expect(page).not.toContain(revoked.id);
  });

  test("offers a change and a revocation once it is signed, and nothing in a closed migration", () => {
    const satisfied = { satisfied: true, state: "signed" } as const;
    const signed = withRequirement(aView(), BAA, satisfied);
    const closed = withRequirement(aView({ state: "closed" }), BAA, satisfied);

    expect(labels(requirementMessage(signed, BAA, viewer))).toEqual([
      "Something changed",
      "About HIPAA",
    ]);
    expect(labels(requirementMessage(closed, BAA, viewer))).toEqual([]);
  });

  test("says of a source that was not checked that it is not verified", () => {
    const view = aView({ verticals: ["HIPAA", "PCI", "FedRAMP", "FERPA"] });
    const unverified = view.requirements.find(({ definition }) =>
      definition.citations.some(({ verified }) => !verified),
    );
    const ref = unverified?.definition.citations.find(({ verified }) => !verified)?.ref ?? "none";

    const lines = linesOf(requirementMessage(view, unverified?.name ?? BAA, viewer));

    expect(lines.find((line) => line.startsWith(ref))).toContain("(not verified against the text)");
  });

  test("shows evidence with its hash, and of restricted evidence only that counsel holds it", () => {
    const view = aView();
    const [slot] = requirementOf(view, BAA).evidence;
    if (!slot) throw new Error("there is a slot");
    const show = (restricted: boolean) => {
      const entry = { slot: { ...slot.slot, restricted }, given: [anEvidence()], met: true };
      const message = requirementMessage(
        withRequirement(view, BAA, { evidence: [entry] }),
        BAA,
        viewer,
      );
      return linesOf(message).find((line) => line.startsWith(slot.slot.label)) ?? "";
    };

    expect(show(false)).toContain(`BAA.pdf, SHA-256 ${"ab".repeat(32)}`);
    expect(show(true)).toBe(`${slot.slot.label}: Held by counsel`);
  });
});

test("a list of requirements puts those first that the command can be about", () => {
  const view = withRequirement(aView(), BAA, {
    openRequest: aRequest(),
    state: "awaiting_approval",
  });

  expect(commandsOf(requirementPicker(view, "ReviewSignOff"))).toEqual([
    {
      label: "Get the Business Associate Agreement signed by b… (waiting for a signature)",
      command: { type: "ReviewSignOff", migration: view.record.id, requirement: BAA },
    },
  ]);
  expect(commandsOf(requirementPicker(view, "CheckGate"))[0]?.command.type).toBe("ShowRequirement");
  expect(requirementPicker(view, "Claim", "bba").headline).toContain("“bba”");
});

test("a cancelled migration says why", () => {
  expect(linesOf(cancelledMessage(aRecord(), "They went elsewhere."))).toEqual([
    "Reason: They went elsewhere.",
  ]);
});
