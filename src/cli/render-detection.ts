/** Says in a terminal what an industry text suggests, and that nothing of it counts yet. */
import type { Detection } from "../domain/verticals/detection.ts";
import { renderText } from "./render-text.ts";

export function renderDetection({ auto, ask, flags, matches }: Detection): string {
  const asked = ask.map((question) => `${question.vertical} (suggested: ${question.default})`);
  const isEmpty = auto.length === 0 && ask.length === 0;
  return renderText({
    headline: isEmpty
      ? "No vertical detected: the platform's defaults apply (TLS/SRTP and E911)."
      : `Detected: ${auto.length > 0 ? auto.join(", ") : "nothing for certain"}.`,
    sections: [
      ...(asked.length > 0 ? [{ title: "To be asked", lines: asked }] : []),
      ...(matches.length > 0
        ? [
            {
              title: "Why",
              lines: matches.map(({ vertical, word, why }) => `${vertical}, "${word}": ${why}`),
            },
          ]
        : []),
      ...(flags.length > 0 ? [{ title: "Flags", lines: [flags.join(", ")] }] : []),
    ],
    footnote: "Nothing is stored before a person confirms in chat.",
  });
}
