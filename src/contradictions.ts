/** Settings that do not go together, and what follows from which of them are set. */
import type { Settings } from "./settings.ts";
import { isLoopback } from "./settings-shapes.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export function hasSlack({ SLACK_BOT_TOKEN, SLACK_CLIENT_ID }: Settings): boolean {
  return SLACK_BOT_TOKEN !== undefined || SLACK_CLIENT_ID !== undefined;
}

export function isWebChatOn(values: Settings): boolean {
  return values.WEB_CHAT ? values.WEB_CHAT === "on" : !hasSlack(values) && !values.TEAMS_APP_ID;
}

/** Settings that do not go together, one sentence each. */
export function findContradictions(values: Settings, environment: Environment): string[] {
  const problems = [...findSlackContradictions(values), ...findTeamsContradictions(values)];
  const webChat = isWebChatOn(values);
  if (webChat && !isLoopback(values.HOST ?? "127.0.0.1"))
    problems.push(
      "WEB_CHAT would be reachable from other machines, where anyone could act as anyone: " +
        "set WEB_CHAT=off with Slack or Teams, or HOST=127.0.0.1.",
    );
  if (!webChat && !hasSlack(values) && !values.TEAMS_APP_ID && values.TEAMS_DEV !== "1")
    problems.push(
      "WEB_CHAT is off and neither SLACK_BOT_TOKEN nor TEAMS_APP_ID is set; nobody could reach Cleargate.",
    );
  if (!values.SPLUNK_HEC_URL !== !values.SPLUNK_HEC_TOKEN)
    problems.push("SPLUNK_HEC_URL and SPLUNK_HEC_TOKEN belong together; set both or neither.");
  if (values.METRICS_HOST && values.METRICS_PORT === undefined)
    problems.push("METRICS_HOST is set without METRICS_PORT; set both or neither.");
  if (values.CLEARGATE_CRASH_AT && !isUnderTest(environment))
    problems.push("CLEARGATE_CRASH_AT is for tests only; remove it.");
  return problems;
}

function findSlackContradictions(values: Settings): string[] {
  if (values.SLACK_SIGNING_SECRET_PREVIOUS && !values.SLACK_SIGNING_SECRET)
    return ["SLACK_SIGNING_SECRET_PREVIOUS needs the present SLACK_SIGNING_SECRET beside it."];
  const { SLACK_SIGNING_SECRET, SLACK_APP_TOKEN, SLACK_API_URL } = values;
  const problems = findInstallingContradictions(values);
  if (hasSlack(values)) {
    const name = values.SLACK_BOT_TOKEN ? "SLACK_BOT_TOKEN" : "SLACK_CLIENT_ID";
    if (!SLACK_SIGNING_SECRET && !SLACK_APP_TOKEN)
      problems.push(
        `${name} needs SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) beside it.`,
      );
    return problems;
  }
  const alone = Object.entries({ SLACK_SIGNING_SECRET, SLACK_APP_TOKEN, SLACK_API_URL })
    .filter(([, value]) => value)
    .map(([name]) => `${name} is set without SLACK_BOT_TOKEN; set both or neither.`);
  return [...problems, ...alone];
}

/** What several workspaces need: the app's own id and secret, a way back for browsers, and keys on every host. */
function findInstallingContradictions(values: Settings): string[] {
  const { SLACK_CLIENT_ID, SLACK_CLIENT_SECRET, SLACK_SIGNING_SECRET } = values;
  const problems: string[] = [];
  if (Boolean(SLACK_CLIENT_ID) !== Boolean(SLACK_CLIENT_SECRET))
    problems.push("SLACK_CLIENT_ID and SLACK_CLIENT_SECRET belong together; set both or neither.");
  if (!SLACK_CLIENT_ID) return problems;
  if (!values.PUBLIC_URL)
    problems.push("SLACK_CLIENT_ID needs PUBLIC_URL beside it: Slack leads browsers back there.");
  if (SLACK_CLIENT_SECRET && SLACK_CLIENT_SECRET === SLACK_SIGNING_SECRET)
    problems.push(
      "SLACK_CLIENT_SECRET and SLACK_SIGNING_SECRET hold the same value; Basic Information shows two.",
    );
  if (values.DATABASE_URL && !values.CLEARGATE_ENCRYPTION_KEY_FILE)
    problems.push(
      "SLACK_CLIENT_ID with DATABASE_URL needs CLEARGATE_ENCRYPTION_KEY_FILE: " +
        "every host decrypts the workspaces' tokens with the same keys.",
    );
  return problems;
}

function findTeamsContradictions(values: Settings): string[] {
  const { TEAMS_APP_ID, TEAMS_APP_PASSWORD, TEAMS_TENANT_ID, TEAMS_ADMINISTRATORS } = values;
  const isDev = values.TEAMS_DEV === "1";
  const beside = { TEAMS_APP_PASSWORD, TEAMS_TENANT_ID };
  if (TEAMS_APP_ID && isDev)
    return [
      "TEAMS_DEV=1 lets anybody on this machine in, and TEAMS_APP_ID is for real people: remove one of the two.",
    ];
  if (TEAMS_APP_ID)
    return Object.entries(beside)
      .filter(([, value]) => !value)
      .map(([name]) => `TEAMS_APP_ID needs ${name} beside it.`);
  const problems = Object.entries(beside)
    .filter(([, value]) => value)
    .map(([name]) => `${name} is set without TEAMS_APP_ID; set both or neither.`);
  if (TEAMS_ADMINISTRATORS && !isDev)
    problems.push("TEAMS_ADMINISTRATORS is set without TEAMS_APP_ID; set both or neither.");
  if (isDev && !isLoopback(values.HOST ?? "127.0.0.1"))
    problems.push(
      "TEAMS_DEV=1 would let anybody in from other machines: remove it, or set HOST=127.0.0.1.",
    );
  return problems;
}

function isUnderTest(environment: Environment): boolean {
  const { VITEST, NODE_TEST_CONTEXT, CLEARGATE_TEST } = environment;
  return Boolean(VITEST || NODE_TEST_CONTEXT || CLEARGATE_TEST === "1");
}
