/** The verticals of the workflow files, with nothing but what detection reads. */
import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { type Definition, Workflow } from "../../../src/domain/workflows/definition.ts";
import { Detect } from "../../../src/domain/workflows/detect.ts";

const Head = z.object({ vertical: z.string(), order: z.number(), detect: Detect.optional() });

/** A definition that detects and asks nothing. */
export function aDefinition(vertical: string, order: number, detect?: unknown): Definition {
  const head = { vertical, title: vertical, version: 1, order, requirements: [] };
  const workflow = Workflow.parse(detect === undefined ? head : { ...head, detect });
  return { hash: vertical, file: `${vertical}.yml`, workflow };
}

export function readWorkflowFiles(): readonly Definition[] {
  return readdirSync("workflows")
    .filter((file) => file.endsWith(".yml"))
    .map((file) => Head.parse(parse(readFileSync(`workflows/${file}`, "utf8"))))
    .map(({ vertical, order, detect }) => aDefinition(vertical, order, detect));
}
