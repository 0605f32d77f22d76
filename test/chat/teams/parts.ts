/** Finds things in a card, also in the cards that its buttons open. */
import type { AdaptiveCard } from "../../../src/chat/teams/render/cards.ts";
import { type Deed, decodePressed } from "../../../src/chat/teams/render/wire.ts";
import { asList, asObject, type Json } from "../../support/slack/checks/parts.ts";

/** Every object of the card's JSON that has a type. */
export function nodesIn(value: unknown): readonly Json[] {
  if (Array.isArray(value)) return value.flatMap(nodesIn);
  const node = asObject(value);
  if (node === null) return [];
  const inner = Object.values(node).flatMap(nodesIn);
  return typeof node.type === "string" ? [node, ...inner] : inner;
}

/** The elements of a kind, without what stands there for other clients. */
export function ofType(value: unknown, type: string): readonly Json[] {
  return nodesIn(value).filter((node) => node.type === type);
}

/** The card as people see it before they press anything: a line for each paragraph, badge and button. */
export function readLines(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(readLines);
  const node = asObject(value);
  if (node === null) return [];
  const { type, inlines, title, label, text } = node;
  if (type === "RichTextBlock") return [(asList(inlines) ?? []).map(textOf).join("")];
  if (type === "Badge") return [String(text)];
  if (String(type).startsWith("Action.")) return [`[${title}]`];
  if (String(type).startsWith("Input.")) return [String(label)];
  return ["body", "items", "columns", "rows", "cells", "actions"].flatMap((key) =>
    readLines(node[key]),
  );
}

const textOf = (run: unknown) => String(asObject(run)?.text);

/** What people read in runs of text, one after the other. */
export function readRuns(card: AdaptiveCard): readonly string[] {
  return ofType(card.body, "TextRun").map(({ text }) => String(text));
}

/** What every button and every choice of a menu would do, as the client sends it. */
export function deedsIn(card: AdaptiveCard): readonly Deed[] {
  const lists = new Map(ofType(card.body, "Input.ChoiceSet").map((list) => [list.id, list]));
  return ofType(card.body, "Action.Execute").flatMap(({ data }) => {
    const menu = asObject(asObject(data)?.cleargate)?.menu;
    const choices = asList(lists.get(menu)?.choices) ?? [null];
    return choices.flatMap((choice) => {
      const chosen = choice === null ? {} : { [String(menu)]: asObject(choice)?.value };
      return decodePressed({ ...asObject(data), ...chosen })?.deed ?? [];
    });
  });
}

/** A pair of columns whose first says in bold what the second one is. */
export function countFacts(card: AdaptiveCard): number {
  return ofType(card.body, "ColumnSet").filter(
    (set) => ofType(set, "Action.Execute").length + ofType(set, "Action.ShowCard").length === 0,
  ).length;
}
