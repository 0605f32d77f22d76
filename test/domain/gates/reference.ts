/** The gate's reference: signatures since the last change of a requirement, counted by hand. */
import type { Fact } from "../../../src/domain/facts.ts";
import type { Day, RequirementName } from "../../../src/domain/ids.ts";
import type { Meaning } from "../../../src/domain/migrations/record.ts";
import type { Person } from "../../../src/domain/people/person.ts";

export interface Shadow {
  ready: boolean;
  proofs: Set<string>;
  signatures: {
    id: string;
    human: string;
    role: string;
    meaning: Meaning;
    until: Day | null;
    about: string | null;
  }[];
}

export function fold(shadow: Shadow, fact: Fact, person: Person): void {
  switch (fact.type) {
    case "AnswerGiven":
      shadow.ready = fact.personal.value === "yes";
      shadow.signatures = [];
      return;
    case "EvidenceAdded":
      shadow.proofs.add(fact.evidenceId);
      shadow.signatures = [];
      return;
    case "EvidenceRemoved":
      shadow.proofs.delete(fact.evidenceId);
      shadow.signatures = [];
      return;
    case "SignOffRecorded": {
      const human = person.profile.email?.toLowerCase() ?? "";
      const { signOffId: id, role, meaning, expiresOn: until, requestId: about } = fact;
      shadow.signatures.push({ id, human, role, meaning, until, about });
      return;
    }
    case "SignOffRevoked":
      shadow.signatures = shadow.signatures.filter(({ id }) => id !== fact.signOffId);
      return;
    default:
  }
}

export function isClear(name: RequirementName, shadow: Shadow, today: Day): boolean {
  const humans = (role: string, of: readonly Shadow["signatures"][number][]) =>
    of.filter((one) => one.role === role).map(({ human }) => human);
  const byBoth = (of: readonly Shadow["signatures"][number][]) =>
    humans("compliance_officer", of).some((a) =>
      humans("engineering_manager", of).some((b) => a !== b),
    );
  const met = shadow.signatures.filter(({ meaning }) => meaning === "requirement_met");
  const complete = shadow.ready && shadow.proofs.size > 0;
  if (complete && (name === "late" ? met.length > 0 : byBoth(met))) return true;
  const aside = shadow.signatures.filter(({ meaning }) => meaning !== "requirement_met");
  return aside.some(({ about }) => {
    const same = aside.filter((one) => one.about === about);
    const [first] = same;
    const isOver = first?.meaning === "waiver" && (first.until ?? "") < today;
    const enough =
      first?.meaning === "not_applicable" && name === "late" ? same.length > 0 : byBoth(same);
    return enough && !isOver;
  });
}

export function emptyShadow(): Shadow {
  return { ready: false, proofs: new Set(), signatures: [] };
}
