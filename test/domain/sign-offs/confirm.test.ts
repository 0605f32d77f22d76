import { describe, expect, it } from "vitest";
import type { Person } from "../../../src/domain/people/person.ts";
import { decideSignOff } from "../../../src/domain/sign-offs/sign.ts";
import { aBaseline } from "../../support/definitions.ts";
import {
  actorOf,
  answered,
  aRecord,
  aView,
  contentOf,
  ENGINEER,
  MANAGER,
  NOW,
  named,
  requirementOf,
  signOffId,
} from "../../support/records.ts";

const DEFINITIONS = [aBaseline()];

describe("the one-click confirmation of verticals", () => {
  function confirm(person: Person, more: { asked?: boolean; unconfirmed?: boolean } = {}) {
    const detection = more.asked
      ? [
          {
            vertical: "PCI",
            decision: "ask" as const,
            default: "no" as const,
            word: "bank",
            why: "-",
          },
        ]
      : [];
    const record = aRecord(DEFINITIONS, {
      detection,
      items: [answered("vertical_confirmed", { cards: "no" })],
      ...(more.unconfirmed ? { verticals: null, verticalsConfirmed: null } : {}),
    });
    const view = aView(record, DEFINITIONS);
    return decideSignOff({
      view,
      requirement: named("vertical_confirmed"),
      meaning: "requirement_met",
      contentHash: contentOf(requirementOf(view, "vertical_confirmed")),
      signer: { person, roles: person.roles },
      signOffId: signOffId(7),
      consent: "I confirm.",
      ourDomains: [],
    });
  }

  it("may come from the engineer who answered while nothing was asked or removed", () => {
    expect(confirm(ENGINEER)).toMatchObject({
      quorumMet: true,
      facts: [{ role: "member", byAnswerer: true }],
    });
  });

  it("needs the manager once something was asked", () => {
    expect(confirm(ENGINEER, { asked: true })).toEqual({
      refused: "role_needed",
      roles: ["engineering_manager"],
    });
    expect(confirm(MANAGER, { asked: true })).toMatchObject({
      quorumMet: true,
      facts: [{ byAnswerer: false }],
    });
  });

  it("the manager who confirmed the verticals is no second person", () => {
    const record = { by: actorOf({ ...ENGINEER, id: MANAGER.id }), at: NOW };
    const view = aView(
      aRecord(DEFINITIONS, {
        verticalsConfirmed: record,
        detection: [{ vertical: "PCI", decision: "ask", default: "no", word: "bank", why: "-" }],
        items: [answered("vertical_confirmed", { cards: "no" })],
      }),
      DEFINITIONS,
    );
    const decided = decideSignOff({
      view,
      requirement: named("vertical_confirmed"),
      meaning: "requirement_met",
      contentHash: contentOf(requirementOf(view, "vertical_confirmed")),
      signer: { person: MANAGER, roles: MANAGER.roles },
      signOffId: signOffId(7),
      consent: "I confirm.",
      ourDomains: [],
    });

    expect(decided).toEqual({ refused: "signer_is_answerer" });
  });

  it("waits until the verticals are confirmed", () => {
    expect(confirm(ENGINEER, { unconfirmed: true })).toEqual({ refused: "verticals_unconfirmed" });
  });
});
