/** What an operator does about deliveries: lists dead letters, has them sent again, has events shipped again. */
import { listDeadLetters, replayDeadLetters } from "../app/deliveries/dead-letters.ts";
import { resendEvents } from "../app/deliveries/resend.ts";
import type { DeadLetter, Deps } from "../app/ports.ts";
import { OrganisationId } from "../domain/ids.ts";
import type { Message } from "../messages/message.ts";
import { counted } from "../messages/wording.ts";
import type { CliAnswer } from "./run.ts";

export type DeliveryRequest =
  | { readonly command: "dead_letters"; readonly json: boolean }
  /** A number, or `all`. */
  | { readonly command: "replay"; readonly which: string; readonly json: boolean }
  | {
      readonly command: "resend";
      readonly from: number;
      /** Null: every one. */
      readonly organisation: OrganisationId | null;
      readonly json: boolean;
    };

const HOW_LETTERS = "It is: compliance dead-letters [--json], or dead-letters replay <number>|all.";
const HOW_RESEND = "It is: compliance splunk resend --from <number> [--organization <uuid>].";

/** The request, a sentence about what is wrong with it, or null when the words are about something else. */
export function parseDeliveryWords(
  words: readonly string[],
): DeliveryRequest | { readonly problem: string } | null {
  const [first, ...rest] = words.filter((word) => word !== "--json");
  const json = words.includes("--json");
  if (first === "dead-letters") return parseLetters(rest, json);
  return first === "splunk" ? parseResend(rest, json) : null;
}

function parseLetters(rest: readonly string[], json: boolean) {
  const [verb, which, ...more] = rest;
  if (verb === undefined) return { command: "dead_letters", json } as const;
  const isWhich = which !== undefined && /^(all|\d{1,18})$/.test(which);
  if (verb !== "replay" || !isWhich || more.length > 0) return { problem: HOW_LETTERS };
  return { command: "replay", which, json } as const;
}

function parseResend(rest: readonly string[], json: boolean) {
  const [verb, ...flags] = rest.flatMap((word) => word.split("="));
  const given = new Map<string, string>();
  for (let place = 0; place < flags.length; place += 2)
    given.set(flags[place] ?? "", flags[place + 1] ?? "");
  const from = given.get("--from") ?? "";
  const named = given.get("--organization");
  const known = [...given.keys()].every((name) => ["--from", "--organization"].includes(name));
  const organisation = OrganisationId.safeParse(named);
  const isNamed = named === undefined || organisation.success;
  if (verb !== "resend" || !known || !/^[1-9]\d{0,14}$/.test(from) || !isNamed)
    return { problem: HOW_RESEND };
  return {
    command: "resend",
    from: Number(from),
    organisation: organisation.data ?? null,
    json,
  } as const;
}

/** Does what was asked for, and answers in words and as JSON. */
export async function deliverAgain(deps: Deps, request: DeliveryRequest): Promise<CliAnswer> {
  switch (request.command) {
    case "dead_letters": {
      const letters = await listDeadLetters(deps);
      return answer("passed", lettersMessage(letters), letters.map(toJson));
    }
    case "replay": {
      const replayed = await replayDeadLetters(deps, request.which);
      const isFound = request.which === "all" || replayed.length > 0;
      const headline = isFound
        ? `${counted(replayed.length, "message")} will be sent again.`
        : `There is no dead letter ${request.which}. compliance dead-letters lists them.`;
      return answer(isFound ? "passed" : "failed", { headline }, replayed.map(toJson));
    }
    case "resend": {
      const resent = await resendEvents(deps, request);
      const headline =
        resent.length > 0
          ? `Everything from entry ${request.from} on will be shipped to Splunk again.`
          : "Nothing was shipped to Splunk yet, so there is nothing to ship again.";
      return answer(resent.length > 0 ? "passed" : "failed", { headline }, resent);
    }
  }
}

function answer(outcome: "passed" | "failed", message: Message, value: unknown): CliAnswer {
  return { outcome, message, json: JSON.stringify(value) };
}

function lettersMessage(letters: readonly DeadLetter[]): Message {
  if (letters.length === 0) return { headline: "Every message was delivered." };
  const caption = "Given up, the newest first";
  return {
    headline: `${counted(letters.length, "message")} could not be delivered. Mend the cause, then: compliance dead-letters replay <number>|all.`,
    sections: [
      {
        table: {
          caption,
          columns: ["number", "given up at", "lane", "what", "why"],
          rows: letters.map(({ id, at, lane, headline, why }) => [id, at, lane, headline, why]),
        },
      },
    ],
  };
}

function toJson({ id, organisationId, lane, target, headline, why, attempts, at }: DeadLetter) {
  return { id, organization: organisationId, lane, target, headline, why, attempts, at };
}
