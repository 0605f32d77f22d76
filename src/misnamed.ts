/** Names in the environment that were meant for a setting of ours. */
import { settings } from "./settings.ts";

/** Other people's names for the same thing, too far away to be found by distance. */
const ALIASES: Readonly<Record<string, string>> = {
  SLACK_TOKEN: "SLACK_BOT_TOKEN",
  SLACK_SIGNING_KEY: "SLACK_SIGNING_SECRET",
  SLACK_SECRET: "SLACK_SIGNING_SECRET",
  SLACK_APP_LEVEL_TOKEN: "SLACK_APP_TOKEN",
  SLACK_SOCKET_TOKEN: "SLACK_APP_TOKEN",
  CLEARGATE_DATABASE_URL: "DATABASE_URL",
  CLEARGATE_PORT: "PORT",
  CLEARGATE_HOST: "HOST",
  TEAMS_CLIENT_ID: "TEAMS_APP_ID",
  TEAMS_BOT_ID: "TEAMS_APP_ID",
  TEAMS_CLIENT_SECRET: "TEAMS_APP_PASSWORD",
  TEAMS_SECRET: "TEAMS_APP_PASSWORD",
  TEAMS_ADMINS: "TEAMS_ADMINISTRATORS",
  SPLUNK_URL: "SPLUNK_HEC_URL",
  SPLUNK_TOKEN: "SPLUNK_HEC_TOKEN",
};

/** A name of ours that was mistyped would go unread, so it stops the start. */
export function findMisnamed(environment: Readonly<Record<string, string | undefined>>): string[] {
  const known = Object.keys(settings);
  return Object.keys(environment)
    .filter((name) => /^(SLACK|CLEARGATE|WEB|SIGNING|COMPLIANCE|SPLUNK|METRICS|TEAMS)_/.test(name))
    .filter((name) => !known.includes(name))
    .flatMap((name) => {
      const meant = ALIASES[name] ?? known.find((other) => isNear(name, other));
      return meant ? [`${name} is not a setting; did you mean ${meant}?`] : [];
    });
}

function isNear(name: string, known: string): boolean {
  return known.length > 7 && editDistance(name, known) <= 3;
}

/** Levenshtein. */
function editDistance(left: string, right: string): number {
  let above = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (const [row, letter] of [...left].entries()) {
    const line = [row + 1];
    for (const [column, other] of [...right].entries()) {
      const swap = (above[column] ?? 0) + (letter === other ? 0 : 1);
      line.push(Math.min(swap, (above[column + 1] ?? 0) + 1, (line[column] ?? 0) + 1));
    }
    above = line;
  }
  return above[right.length] ?? 0;
}
