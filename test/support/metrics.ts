/** Reads one figure from Prometheus' text format; null when it is not there. */
export function readFigure(
  text: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | null {
  const wanted = Object.entries(labels);
  for (const line of text.split("\n")) {
    const [, found, given = "", value] = /^(\w+)(?:\{([^}]*)\})? (\S+)$/.exec(line) ?? [];
    if (found !== name) continue;
    const parts = given === "" ? [] : given.split(",");
    const isIt =
      parts.length === wanted.length &&
      wanted.every(([label, word]) => parts.includes(`${label}="${word}"`));
    if (isIt) return Number(value);
  }
  return null;
}
