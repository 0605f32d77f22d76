/** Whether the people of an organisation can sign at all: every role held, and two pairs of eyes for each requirement. */
import { instantOf, type OrganisationId } from "../../domain/ids.ts";
import { MEMBER_ROLES, type MemberRole, type PersonSummary } from "../../domain/people/person.ts";
import { roleName } from "../../domain/people/role-names.ts";
import { findStuck, findUnsignable, type Unsignable } from "../../domain/sign-offs/second-pair.ts";
import { loadOpenViews } from "../migrations/load-view.ts";
import type { Deps, Finding, Reading } from "../ports.ts";

export function examineRoles(
  deps: Deps,
  organisationId: OrganisationId,
): Promise<readonly Finding[]> {
  return deps.store.read(organisationId, async (reading) => {
    const people = await reading.people();
    return [roleFinding(deps, people), await secondPairFinding(deps, reading, people)];
  });
}

/** A role that signs and that nobody holds keeps gates closed. */
function roleFinding(deps: Deps, people: readonly PersonSummary[]): Finding {
  const held = new Set(
    people.filter(({ kind }) => kind === "member").flatMap(({ roles }) => roles),
  );
  const missing = signingRoles(deps).filter((role) => !held.has(role));
  return {
    check: "roles",
    ok: missing.length === 0,
    says:
      missing.length === 0
        ? "Every role that signs is held by somebody."
        : `Nobody holds: ${missing.map(roleName).join(", ")}.`,
    fix: "An administrator grants roles with /compliance people.",
  };
}

/** Whoever answers does not sign: a role that one person holds may be held by too few. */
async function secondPairFinding(
  deps: Deps,
  reading: Reading,
  people: readonly PersonSummary[],
): Promise<Finding> {
  const { workflows } = deps;
  const requirements = workflows.flatMap(({ workflow }) => workflow.requirements);
  const never = findUnsignable(requirements, people);
  const moment = { workflows, now: instantOf(deps.clock()) };
  const views = never.length > 0 ? [] : await loadOpenViews(reading, moment);
  const now = views.flatMap(({ view }) => findStuck(view, people));
  const [found, why] =
    never.length > 0
      ? [never, "too few people hold its roles beside whoever answers"]
      : [now, "everybody who holds its role worked on it"];
  return {
    check: "two pairs of eyes",
    ok: found.length === 0,
    says:
      found.length === 0
        ? "Every requirement can be signed by somebody who did not work on it."
        : `Nobody is left to sign ${nameSome(found)}: ${why}.`,
    fix: "An administrator grants the role to one more person with /compliance people.",
  };
}

const NAMED_MOST = 3;

function nameSome(found: readonly Unsignable[]): string {
  const named = [
    ...new Set(
      found.map(({ requirement, roles }) => `${requirement} (${roles.map(roleName).join(", ")})`),
    ),
  ];
  const more = named.length - NAMED_MOST;
  return `${named.slice(0, NAMED_MOST).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function signingRoles({ workflows }: Deps): readonly MemberRole[] {
  const named = workflows.flatMap(({ workflow }) =>
    workflow.requirements.flatMap(({ sign_off }) => sign_off.signers.map(({ role }) => role)),
  );
  return MEMBER_ROLES.filter((role) => named.includes(role));
}
