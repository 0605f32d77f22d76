/** What the person who asked for a signature hears of it. */
import { describe, expect, test } from "vitest";
import type { SignOffRequest } from "../../../src/domain/migrations/record.ts";
import type { RequirementView } from "../../../src/domain/requirements/view.ts";
import { resultToRequester } from "../../../src/messages/sign-off.ts";
import {
  aRequest,
  aSignOff,
  aView,
  BAA,
  CAROL,
  NOW,
  requirementOf,
  withRequirement,
} from "../builders.ts";
import { commandsOf } from "../walk.ts";

describe("the requester hears", () => {
  const { id: requestId } = aRequest();
  const given = aSignOff({ requestId });
  const said = (
    request: SignOffRequest,
    quorum: { given: number; needed: number },
    over: Partial<RequirementView> = {},
  ) => {
    const plain = requirementOf(aView(), BAA);
    const approval = plain.approvals.requirement_met;
    if (!approval) throw new Error("an approval is in force");
    const view = withRequirement(aView(), BAA, {
      item: { ...plain.item, requests: [request], signOffs: [given] },
      approvals: {
        ...plain.approvals,
        requirement_met: { ...approval, quorum: { ...approval.quorum, ...quorum } },
      },
      openRequest: request.ended === null ? request : null,
      ...over,
    });
    return resultToRequester({ view, requirement: requirementOf(view, BAA), request });
  };
  const signed = aRequest({ ended: { as: "signed", by: CAROL, at: NOW, reason: null } });

  test("of one signature of two, with nothing to do", () => {
    const message = said(aRequest(), { given: 1, needed: 2 });

    expect(message.headline).toMatch(/: signed by Carol, 1 of 2 signatures\.$/);
    expect(commandsOf(message).map(({ label }) => label)).toEqual(["Details"]);
  });

  test("with the last one that the requirement is signed", () => {
    const cleared = { satisfied: true, state: "signed" } as const;

    expect(said(signed, { given: 2, needed: 2 }, cleared).headline).toMatch(
      /: signed by Carol\. The requirement is complete: signed\.$/,
    );
  });

  test("not that it is complete while something else keeps it open", () => {
    expect(said(signed, { given: 2, needed: 2 }).headline).toMatch(/: signed by Carol\.$/);
  });
});
