/** The smallest workflow that is fine, to be spoiled one thing at a time. */

export function aWorkflow(changes: object = {}): object {
  return {
    vertical: "TEST",
    title: "Test",
    version: 1,
    order: 50,
    requirements: [aRequirement()],
    ...changes,
  };
}

export function aRequirement(changes: object = {}): object {
  return {
    name: "first_item",
    stage: 3,
    title: "Do the first thing",
    modal_title: "First thing",
    why: "It helps.",
    origin: "addition",
    if_blocked: "Do it.",
    pages: [["kind"], ["count", "day", "note"]],
    ask: [
      aChoice(),
      { id: "count", type: "number", prompt: "How many?" },
      { id: "day", type: "date", prompt: "When?" },
      { id: "note", type: "text", prompt: "What else?", required: false },
    ],
    sign_off: { signers: [{ role: "compliance_officer" }] },
    lead_time: { min_days: 1, typical_days: 2, max_days: 3 },
    revalidate: {},
    ...changes,
  };
}

export function aChoice(changes: object = {}): object {
  return {
    id: "kind",
    type: "choice",
    prompt: "Which kind?",
    options: [
      { id: "good", label: "Good" },
      { id: "bad", label: "Bad" },
    ],
    ...changes,
  };
}

/** A requirement that asks the usual questions with the first one changed. */
export function asking(choice: object, more: readonly object[] = []): object {
  return aRequirement({
    pages: [["kind"], ["count", "day", "note", ...more.map((question) => idOf(question))]],
    ask: [
      aChoice(choice),
      { id: "count", type: "number", prompt: "How many?" },
      { id: "day", type: "date", prompt: "When?" },
      { id: "note", type: "text", prompt: "What else?", required: false },
      ...more,
    ],
  });
}

function idOf(question: object): unknown {
  return "id" in question ? question.id : undefined;
}
