/** Says in a terminal what an industry text suggests, and that nothing of it counts yet. */
import type { Detection } from "../domain/verticals/detection.ts";
import type { Message } from "../messages/message.ts";

export function detectionMessage({ auto, ask, flags, matches }: Detection): Message {
  const asked = ask.map((question) => `${question.vertical} (suggested: ${question.default})`);
  const why = matches.map(({ vertical, word, why }) => `${vertical}, "${word}": ${why}`);
  return {
    headline: headlineOf(auto, asked),
    sections: [
      ...(asked.length > 0 ? [{ title: "To be asked", lines: asked }] : []),
      ...(why.length > 0 ? [{ title: "Why", lines: why }] : []),
      ...(flags.length > 0 ? [{ title: "Flags", lines: [flags.join(", ")] }] : []),
    ],
    footnote: "A person confirms in chat what applies; until then every gate stays closed.",
  };
}

function headlineOf(auto: readonly string[], asked: readonly string[]): string {
  if (auto.length > 0) return `Detected: ${auto.join(", ")}.`;
  return asked.length > 0 ? "Detected: nothing for certain." : "Nothing detected.";
}
