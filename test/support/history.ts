/** Folds facts into a record as the tables do, so that rules can be tested over whole histories. */
import type { Fact } from "../../src/domain/facts.ts";
import type { Instant, RequirementName } from "../../src/domain/ids.ts";
import {
  type Actor,
  type Item,
  itemOf,
  type MigrationRecord,
} from "../../src/domain/migrations/record.ts";

interface Happened {
  readonly by: Actor;
  readonly at: Instant;
}

export function evolve(
  record: MigrationRecord,
  facts: readonly Fact[],
  happened: Happened,
): MigrationRecord {
  return facts.reduce((known, fact) => evolveOne(known, fact, happened), record);
}

function evolveOne(record: MigrationRecord, fact: Fact, happened: Happened): MigrationRecord {
  switch (fact.type) {
    case "VerticalsProposed": {
      const { industry, detection, flags } = fact;
      return { ...record, industry, detection, flags };
    }
    case "VerticalsConfirmed":
      return {
        ...record,
        verticals: fact.verticals,
        definitions: fact.definitions,
        verticalsConfirmed: happened,
      };
    case "DatesChanged":
      return { ...record, proposalOn: fact.proposalOn, goLiveOn: fact.goLiveOn };
    case "WorkflowAdopted": {
      const definitions = record.definitions.map((pin) =>
        pin.vertical === fact.vertical ? { ...pin, hash: fact.to } : pin,
      );
      const reopened = { reason: "A newer version was adopted.", at: happened.at };
      return fact.reopened.reduce<MigrationRecord>(
        (known, name) => withItem(known, name, (item) => ({ ...grown(item), reopened })),
        { ...record, definitions },
      );
    }
    case "MigrationClosed":
      return { ...record, state: "closed" };
    case "MigrationCancelled":
      return { ...record, state: "cancelled" };
    default:
      return "requirement" in fact
        ? withItem(record, fact.requirement, (item) => evolveItem(item, fact, happened))
        : record;
  }
}

type ItemFact = Extract<Fact, { requirement: RequirementName }>;

function evolveItem(item: Item, fact: ItemFact, { by, at }: Happened): Item {
  switch (fact.type) {
    case "AnswerGiven": {
      const others = item.answers.filter(({ question }) => question !== fact.question);
      const answer = { question: fact.question, value: fact.personal.value, by, at };
      return { ...grown(item), answers: [...others, answer] };
    }
    case "AnswerWithdrawn":
      return {
        ...grown(item),
        answers: item.answers.filter(({ question }) => question !== fact.question),
      };
    case "EvidenceAdded": {
      const { evidenceId: id, slot, kind, sha256, bytes, heldOn, personal } = fact;
      const added = { id, slot, kind, sha256, bytes, heldOn, ...personal, by, at };
      return { ...grown(item), evidence: [...item.evidence, added] };
    }
    case "EvidenceRemoved":
      return {
        ...grown(item),
        evidence: item.evidence.filter(({ id }) => id !== fact.evidenceId),
        attestations: item.attestations.filter(({ id }) => id !== fact.evidenceId),
      };
    case "AttestationReceived": {
      const {
        evidenceId: id,
        role,
        form,
        confirmedOn,
        documentSha256,
        controlled,
        personal,
      } = fact;
      const { from, statement, documentName: name, link } = personal;
      const document = { name, sha256: documentSha256, link, controlled };
      const about =
        fact.about?.map((each, n) => ({
          ...each,
          ...(personal.about?.[n] ?? { name: "", link: null }),
        })) ?? null;
      const checked = fact.checked ?? null;
      const word = { id, role, form, confirmedOn, from, statement, document, about, checked };
      return {
        ...grown(item),
        attestations: [...item.attestations, { ...word, receivedBy: by, receivedAt: at }],
      };
    }
    case "RequirementReopened":
      return { ...grown(item), reopened: { reason: fact.reason, at } };
    default:
      return evolveSigning(item, fact, { by, at });
  }
}

function evolveSigning(item: Item, fact: ItemFact, { by, at }: Happened): Item {
  switch (fact.type) {
    case "SignOffRequested": {
      const { requestId: id, meaning, contentHash, reason, expiresOn } = fact;
      const request = { id, meaning, contentHash, reason, expiresOn, by, at };
      return { ...item, requests: [...item.requests, { ...request, claim: null, ended: null }] };
    }
    case "RequestClaimed":
      return withRequest(item, fact.requestId, { claim: { by, until: fact.until } });
    case "RequestEnded":
      return withRequest(item, fact.requestId, {
        ended: { as: fact.as, by, at, reason: fact.reason },
      });
    case "SignOffRecorded": {
      const {
        signOffId: id,
        requestId,
        meaning,
        contentHash,
        definitionHash,
        role,
        consent,
      } = fact;
      const { reason, expiresOn, surface, workspaceRef, personal } = fact;
      const { userId, timeZone } = personal;
      const signer = { ...by, surface, workspaceRef, userId, timeZone };
      const said = { meaning, contentHash, definitionHash, role, consent, reason, expiresOn };
      const signOff = { id, requestId, ...said, signer, signedAt: at, revoked: null };
      return { ...item, reopened: null, signOffs: [...item.signOffs, signOff] };
    }
    case "SignOffRevoked":
      return {
        ...item,
        signOffs: item.signOffs.map((signOff) =>
          signOff.id === fact.signOffId
            ? { ...signOff, revoked: { by, at, reason: fact.reason, kind: fact.kind } }
            : signOff,
        ),
      };
    default:
      return item;
  }
}

function withRequest(item: Item, id: string, change: Partial<Item["requests"][number]>): Item {
  return {
    ...item,
    requests: item.requests.map((request) =>
      request.id === id ? { ...request, ...change } : request,
    ),
  };
}

function withItem(
  record: MigrationRecord,
  name: RequirementName,
  change: (item: Item) => Item,
): MigrationRecord {
  const others = record.items.filter(({ requirement }) => requirement !== name);
  return {
    ...record,
    version: record.version + 1,
    items: [...others, change(itemOf(record, name))],
  };
}

function grown(item: Item): Item {
  return { ...item, version: item.version + 1 };
}
