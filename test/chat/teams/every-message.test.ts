/** Whatever the product says is the same in Slack and in Teams: headline, facts, and what the buttons do. */
import { describe, expect, test } from "vitest";
import { decodeMemory, decodeMenu, decodePressed } from "../../../src/chat/slack/render/wire.ts";
import { renderForm as renderSlackForm } from "../../../src/chat/slack/render-form.ts";
import { renderMessage as renderSlackMessage } from "../../../src/chat/slack/render-message.ts";
import { CARD_CHARACTERS } from "../../../src/chat/teams/render/limits.ts";
import { disarm } from "../../../src/chat/teams/render/text.ts";
import { renderForm } from "../../../src/chat/teams/render-form.ts";
import { renderMessage } from "../../../src/chat/teams/render-message.ts";
import { aView } from "../../messages/builders.ts";
import { commandsOf, sectionsOf } from "../../messages/walk.ts";
import { asList } from "../../support/slack/checks/parts.ts";
import { decodeEntities, findControls, readBlocks } from "../../support/slack/driver/reading.ts";
import { checkCard } from "../../support/teams/checks/card.ts";
import { countFacts, deedsIn } from "./parts.ts";
import { fill, type Said, saidOf } from "./said.ts";

const HOSTILE =
  "<!channel> *Acme* [bank](https://evil.example) {{DATE(2026-01-01T00:00:00Z)}} \u202Egnp";
const VIEWS = {
  "with something of everything": fill(aView({ verticals: ["HIPAA", "PCI", "FedRAMP", "FERPA"] })),
  "just opened": aView({ verticals: null, flags: ["co_application", "needs_input"] }),
  "with a hostile name": aView({ customer: HOSTILE, industry: HOSTILE }),
};

interface Shown {
  readonly headline: string;
  /** Everything in words; a form has none in Slack. */
  readonly words: string | null;
  readonly facts: number;
  readonly commands: readonly string[];
  /** It says that not everything fits. */
  readonly isCut: boolean;
}

const inOrder = (deeds: readonly unknown[]) =>
  [...new Set(deeds.map((deed) => JSON.stringify(deed)))].toSorted();

function inSlack(said: Said): Shown {
  if (!("fields" in said)) {
    const { blocks, text } = renderSlackMessage(said);
    const words = disarm(decodeEntities(text));
    return { ...readSlack(blocks, []), headline: words.split("\n")[0] ?? "", words };
  }
  const { blocks, title, private_metadata } = renderSlackForm(said);
  const own = decodeMemory(private_metadata)?.command;
  return { ...readSlack(blocks, [own]), headline: title.text, words: null };
}

function readSlack(blocks: readonly object[], own: readonly unknown[]) {
  const pressed = findControls(blocks).map(({ element, option }) =>
    option === null ? decodePressed(element.value) : decodeMenu(element.action_id, option.value),
  );
  const facts = blocks.flatMap((block) => ("fields" in block ? (asList(block.fields) ?? []) : []));
  return {
    facts: facts.length,
    commands: inOrder([...pressed.map((one) => one?.deed), ...own]),
    isCut: /…and \d+ more/.test(readBlocks(blocks)),
  };
}

function inTeams(said: Said): Shown {
  const { card, summary } = "fields" in said ? renderForm(said) : renderMessage(said);
  expect(checkCard(card)).toEqual([]);
  expect(JSON.stringify(card).length).toBeLessThanOrEqual(CARD_CHARACTERS);
  const deeds = deedsIn(card).filter(({ type }) => type !== "OpenHome");
  const [first = ""] = card.fallbackText.split("\n");
  expect(first).toBe(disarm(summary));
  return {
    headline: first,
    words: card.fallbackText,
    facts: countFacts(card),
    commands: inOrder(deeds),
    isCut: /…and \d+ more/.test(JSON.stringify(card.body)),
  };
}

describe.each(Object.entries(VIEWS))("of a migration %s", (_, view) => {
  test.each(saidOf(view))("%s says in Teams what it says in Slack", (_name, all) => {
    for (const said of all) {
      const slack = inSlack(said);
      const teams = inTeams(said);
      const facts = sectionsOf(said).flatMap(({ fields = [] }) => fields);
      const commands = inOrder(commandsOf(said).map(({ command }) => command));

      expect(teams.headline).toBe(slack.headline);
      if (slack.words !== null) expect(teams.words).toBe(slack.words);
      expect(teams.commands).toEqual(commands);
      expect(teams.facts).toBe(facts.length);
      expect(teams.isCut).toBe(false);
      if (slack.isCut) expect(commands).toEqual(expect.arrayContaining([...slack.commands]));
      else expect([slack.commands, slack.facts]).toEqual([commands, facts.length]);
    }
  });
});

test("every builder says something about some migration", () => {
  const silent = Object.values(VIEWS)
    .map((view) => saidOf(view).flatMap(([name, all]) => (all.length === 0 ? [name] : [])))
    .reduce((before, names) => before.filter((name) => names.includes(name)));

  expect(silent).toEqual([]);
});
