/** One verified request in, one private answer out: recognise the person, understand, act, answer in words. */
import { Command } from "../../domain/command.ts";
import { instantOf } from "../../domain/ids.ts";
import type { Person } from "../../domain/people/person.ts";
import { mayWork } from "../../domain/people/standing.ts";
import { isRefusal, type Refusal } from "../../domain/refusal.ts";
import { refusalMessage } from "../../messages/refusal.ts";
import { confirmPerson } from "../people/recognise.ts";
import type { Context, Deps, Inbound, Reply } from "../ports.ts";
import { noteRefusal } from "../refusals/note.ts";
import { refuseSensitiveValues, refuseSensitiveWords } from "./guard.ts";
import { isDecision, isReading } from "./kinds.ts";
import { parseText } from "./parse-text.ts";
import { refusalButtons } from "./refusal-buttons.ts";
import { act } from "./use-cases.ts";

/** The whole application, as every surface sees it. */
export async function converse(deps: Deps, inbound: Inbound): Promise<Reply> {
  const { surface } = inbound.identity;
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  try {
    const reply = await answer(deps, inbound);
    deps.meter?.asked(surface, "answered", seconds());
    return reply;
  } catch (error) {
    deps.meter?.asked(surface, "failed", seconds());
    throw error;
  }
}

async function answer(deps: Deps, inbound: Inbound): Promise<Reply> {
  const { identity } = inbound;
  const entered = await deps.store.enter(identity);
  const { organisationId } = entered;
  const command = understand(inbound);
  const forDecision = !isRefusal(command) && isDecision(command.type);
  const person = await confirmPerson(deps, { ...entered, identity, forDecision });
  const outcome = isRefusal(person)
    ? person
    : await carryOut(contextOf(deps, inbound, person), command);
  if (!isRefusal(outcome)) return outcome;
  await noteRefusal(deps, {
    organisationId,
    identity,
    person: isRefusal(person) ? null : person,
    command: isRefusal(command) ? null : command,
    refusal: outcome,
  });
  return say(deps, outcome);
}

async function carryOut(context: Context, command: Command | Refusal): Promise<Reply | Refusal> {
  if (isRefusal(command)) return command;
  const outcome = await allowed(context, command);
  context.deps.reached("after_commit_before_reply");
  return outcome;
}

function understand(inbound: Inbound): Command | Refusal {
  const { command } = inbound;
  if (command.type !== "Text") return command;
  const sensitive = refuseSensitiveWords(command.text);
  if (sensitive) return sensitive;
  const understood = parseText(command.text);
  if (isRefusal(understood)) return understood;
  const checked = Command.safeParse(understood);
  return checked.success
    ? checked.data
    : { refused: "unknown_command", text: understood.type, suggestions: [] };
}

async function allowed(context: Context, command: Command): Promise<Reply | Refusal> {
  const standing = isReading(command.type) ? null : mayWork(context.person.profile);
  if (standing) return standing;
  const sensitive = refuseSensitiveValues(command, context.values);
  return sensitive ?? act(context, command);
}

function contextOf(deps: Deps, inbound: Inbound, person: Person): Context {
  return {
    deps,
    organisationId: person.organisationId,
    person,
    actor: { personId: person.id, name: person.profile.name, email: person.profile.email },
    now: instantOf(deps.clock()),
    place: inbound.place,
    values: inbound.values,
    eventKey: inbound.eventKey,
  };
}

function say(deps: Deps, refusal: Refusal): Reply {
  deps.meter?.refused(refusal.refused);
  if (refusal.refused === "invalid_answers") return { kind: "errors", fields: refusal.fields };
  return { kind: "show", message: refusalMessage(refusal, refusalButtons(refusal)) };
}
