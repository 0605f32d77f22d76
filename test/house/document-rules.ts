/** What is asked of the written pages, as functions from text to sentences or words. */
import path from "node:path/posix";

/** The names in code quotes that open the rows of a page's tables. */
export function listFirstColumn(page: string): string[] {
  return [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => String(name));
}

/** The bold words that open the rows of a page's tables. */
export function listBold(page: string): string[] {
  return [...page.matchAll(/^\| (\*\*[^|]+?) \|/gm)].flatMap(([, cell]) =>
    [...String(cell).matchAll(/\*\*([^*]+)\*\*/g)].map(([, word]) => String(word)),
  );
}

/** Links to files that are not there. Anchors and addresses of the web are not looked at. */
export function findBrokenLinks(
  file: string,
  text: string,
  exists: (file: string) => boolean,
): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => String(target).split("#")[0] ?? "")
    .filter((target) => target !== "" && !/^[a-z]+:/.test(target))
    .filter((target) => !exists(path.join(path.dirname(file), target)))
    .map((target) => `${file} links to ${target}`);
}

const FOREIGN: readonly RegExp[] = [
  /(?<![\w.])\/(home|root|work|Users)\/\w/,
  /registry\.(npmjs|yarnpkg)\.|npmjs\.org\/|artifactory|verdaccio/i,
  /"resolved": "http/,
  /\b(the|our|this) seeds?\b|\bseed \d/i,
  /\bdecisions? V\d|\(V\d+(, ?V\d+)*\)/,
  /\.\.\/shared|DEVELOPERS\.md/,
];

/** Paths of a machine, registries, and words about how the product came to be. */
export function findForeignWords(file: string, text: string): string[] {
  return text.split("\n").flatMap((line, index) =>
    FOREIGN.filter((pattern) => pattern.test(line))
      .slice(0, 1)
      .map(() => `${file}:${index + 1} says ${line.trim().slice(0, 80)}`),
  );
}
