/** Who hears of a request for a signature and of its end: the channel, those asked, and always the requester. */
import type { Fact } from "../../domain/facts.ts";
import type { RequestId } from "../../domain/ids.ts";
import type { SignOffRequest } from "../../domain/migrations/record.ts";
import { MEMBER_ROLES, type MemberRole } from "../../domain/people/person.ts";
import type { MigrationView, RequirementView } from "../../domain/requirements/view.ts";
import { whoMaySign } from "../../domain/sign-offs/exceptions.ts";
import {
  requestCard,
  requestToSigner,
  resultToRequester,
  revokedMessage,
} from "../../messages/sign-off.ts";
import type { Delivery } from "../ports.ts";
import { actorOf, type Change, holdersBut } from "./change-heard.ts";

interface Asked {
  readonly view: MigrationView;
  readonly requirement: RequirementView;
  readonly request: SignOffRequest;
}

export async function announceRequests(change: Change): Promise<readonly Delivery[]> {
  const deliveries: Delivery[] = [];
  for (const asked of touchedRequests(change)) {
    deliveries.push(...cardOf(asked));
    deliveries.push(...(await toThoseAsked(change, asked)));
    deliveries.push(...toRequester(change, asked));
  }
  return [...deliveries, ...revocations(change)];
}

function touchedRequests({ after: { view }, facts }: Change): readonly Asked[] {
  const touched = new Set(
    facts.flatMap((fact) => [requestOf(fact), ...requestsRevoked(view, fact)]),
  );
  return view.requirements.flatMap((requirement) =>
    requirement.item.requests
      .filter(({ id }) => touched.has(id))
      .map((request) => ({ view, requirement, request })),
  );
}

function requestOf(fact: Fact): RequestId | null {
  return "requestId" in fact ? fact.requestId : null;
}

/** A signature that was taken back changes what its request's card says. */
function requestsRevoked(view: MigrationView, fact: Fact): readonly (RequestId | null)[] {
  if (fact.type !== "SignOffRevoked") return [];
  return view.requirements
    .flatMap(({ item }) => item.signOffs)
    .filter(({ id }) => id === fact.signOffId)
    .map(({ requestId }) => requestId);
}

function cardOf(asked: Asked): readonly Delivery[] {
  const [channel] = asked.view.record.channels;
  if (!channel) return [];
  return [
    {
      lane: "interactive",
      to: { kind: "channel", channel },
      key: `request:${asked.request.id}`,
      message: requestCard(asked),
    },
  ];
}

/** Each person asked has the request as a direct message, which is edited when it is decided. */
async function toThoseAsked(
  { reading, facts, acting }: Change,
  asked: Asked,
): Promise<readonly Delivery[]> {
  const { view, requirement, request } = asked;
  const isNew = facts.some(
    (fact) => fact.type === "SignOffRequested" && fact.requestId === request.id,
  );
  const roles: readonly MemberRole[] = isNew
    ? whoMaySign(view, requirement, request.meaning).filter((role) => role !== "member")
    : MEMBER_ROLES;
  // Those who were asked keep their copy even when they have lost the role since: it is edited wherever it stands.
  const people = await holdersBut(reading, roles, isNew ? actorOf(acting) : null);
  return people.map((personId) => ({
    lane: "interactive",
    to: { kind: "person", personId },
    key: `ask:${request.id}:${personId}`,
    message: requestToSigner(asked),
    ...(isNew ? {} : { editOnly: true }),
  }));
}

/** The requester hears of each signature and of the result by direct message, whoever decided and wherever. */
function toRequester({ facts, acting }: Change, asked: Asked): readonly Delivery[] {
  const { request } = asked;
  const heard = facts.some(
    (fact) =>
      (fact.type === "RequestEnded" || fact.type === "SignOffRecorded") &&
      fact.requestId === request.id,
  );
  if (!heard || request.by.personId === actorOf(acting)) return [];
  return [
    {
      lane: "interactive",
      to: { kind: "person", personId: request.by.personId },
      message: resultToRequester(asked),
    },
  ];
}

/** A revocation is told to the channel and to the person who opened the migration. */
function revocations({ after: { view }, facts, acting }: Change): readonly Delivery[] {
  const [channel] = view.record.channels;
  const owner = view.record.openedBy?.personId;
  return facts.flatMap((fact): readonly Delivery[] => {
    if (fact.type !== "SignOffRevoked") return [];
    const message = revokedMessage({ view, signOffId: fact.signOffId });
    const told: Delivery[] = [];
    if (channel) told.push({ lane: "interactive", to: { kind: "channel", channel }, message });
    if (owner && owner !== actorOf(acting)) {
      told.push({ lane: "interactive", to: { kind: "person", personId: owner }, message });
    }
    return told;
  });
}
