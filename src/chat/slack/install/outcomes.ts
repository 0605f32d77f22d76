/** How an installation ends, as a page with its status: what happened, and what to do next. */
import type { InstallProblem } from "./oauth.ts";
import type { Page } from "./pages.ts";
import { STATE_MINUTES, type StateVerdict } from "./state.ts";

export interface Ending {
  readonly status: 200 | 400 | 403 | 503;
  /** For the log; never a word from outside. */
  readonly event: string;
  readonly page: Page;
}

const NOTHING = "Nothing was installed and nothing was stored.";
const AGAIN = { href: "/slack/install", label: "Start again" };

function refuse(status: Ending["status"], event: string, says: readonly string[]): Ending {
  const [title = "", ...rest] = says;
  return { status, event, page: { title, paragraphs: [...rest, NOTHING], link: AGAIN } };
}

export function begin(href: string): Page {
  return {
    title: "Add Cleargate to Slack",
    paragraphs: [
      "Cleargate leads engineers through the compliance requirements of a phone-system migration.",
      "Slack asks you which workspace to add it to, and shows what it may do there. " +
        "You need the right to add apps to that workspace.",
      `The link is good for ${STATE_MINUTES} minutes and works in this browser only; reload the page for a new one.`,
    ],
    link: { href, label: "Add to Slack" },
  };
}

export const TOO_MANY: Ending = refuse(503, "too_many", [
  "Too many installations are under way",
  "Try again in a few minutes.",
]);

export const FAILED: Ending = refuse(503, "failed", [
  "That did not work",
  "Something Cleargate depends on does not answer. Try again in a moment.",
]);

export const INCOMPLETE: Ending = refuse(400, "incomplete", [
  "This address is incomplete",
  "Slack leads you here after you have chosen a workspace. Start from the beginning.",
]);

export function installed(workspaceName: string): Ending {
  return {
    status: 200,
    event: "installed",
    page: {
      title: `Cleargate is installed in ${workspaceName}`,
      paragraphs: [
        "Go to Slack and type /compliance in any channel.",
        "Administrators of the workspace grant the first roles there: /compliance people.",
        "You can close this page.",
      ],
    },
  };
}

/** Null when the state is good. */
export function refuseState(verdict: StateVerdict): Ending | null {
  switch (verdict) {
    case "good":
      return null;
    case "missing":
      return INCOMPLETE;
    case "expired":
      return refuse(403, "expired", [
        "This installation took too long",
        `It has to be finished within ${STATE_MINUTES} minutes.`,
      ]);
    case "other_browser":
      return refuse(403, "other_browser", [
        "This installation was started in another browser",
        "It has to be finished where it was started, with cookies allowed.",
      ]);
    case "unknown":
      return refuse(403, "unknown_state", [
        "This link was used before, or is not one of ours",
        "Each link works once.",
      ]);
  }
}

/** Slack sent the browser back without a code. */
export function refusedBySlack(code: string): Ending {
  if (code === "access_denied")
    return refuse(403, "access_denied", [
      "Cleargate was not allowed",
      "Somebody chose not to add it, or may not add apps to that workspace.",
    ]);
  return refuse(400, "refused", ["Slack did not allow the installation", `It says: ${code}.`]);
}

export function explainProblem(problem: InstallProblem): Ending {
  const { why } = problem;
  switch (why) {
    case "unreachable":
      return refuse(503, why, ["Slack does not answer", "Try again in a moment."]);
    case "refused":
      return refuse(400, why, ["Slack did not accept the installation", advise(problem.code)]);
    case "not_a_bot":
      return refuse(400, why, [
        "Slack gave no bot token",
        "Whoever runs Cleargate compares the app with manifest.yml.",
      ]);
    case "token_rotation":
      return refuse(400, why, [
        "The app has token rotation turned on",
        "Cleargate works with tokens that stay. Whoever runs it creates the app anew from " +
          "manifest.yml: rotation cannot be turned off.",
      ]);
    case "other_app":
      return refuse(403, why, [
        "This is another Slack app",
        "Its id is not that of the app that Cleargate runs as.",
      ]);
    case "other_workspace":
      return refuse(403, why, [
        "The token does not belong to the workspace",
        "Slack's answers contradict each other.",
      ]);
    case "missing_scopes":
      return refuse(400, why, [
        "Cleargate was not given everything it needs",
        `What is missing: ${problem.scopes.join(", ")}. Whoever runs Cleargate compares the app with manifest.yml.`,
      ]);
  }
}

/** The app's own settings are wrong with some of Slack's words; with the others the link is used up. */
function advise(code: string): string {
  if (code === "bad_client_secret" || code === "invalid_client_id")
    return "Whoever runs Cleargate compares SLACK_CLIENT_ID and SLACK_CLIENT_SECRET with the app's Basic Information.";
  if (code === "bad_redirect_uri")
    return "Whoever runs Cleargate enters PUBLIC_URL with /slack/oauth/callback under the app's Redirect URLs.";
  return `It says: ${code}.`;
}
