/** Two addresses for a browser: the page that begins an installation, and the one that Slack leads back to. */
import express, { type Request, type Response, type Router } from "express";
import { instantOf } from "../../../domain/ids.ts";
import { authorizeUrl, exchangeCode, type OAuthOptions } from "./oauth.ts";
import {
  begin,
  type Ending,
  explainProblem,
  FAILED,
  INCOMPLETE,
  installed,
  refusedBySlack,
  refuseState,
  TOO_MANY,
} from "./outcomes.ts";
import { PAGE_POLICY, type Page, renderPage } from "./pages.ts";
import type { SlackInstallations } from "./ports.ts";
import { cookieFor, cookieName, newStart, readCookie, spendState } from "./state.ts";

export interface InstallOptions extends OAuthOptions {
  readonly installations: SlackInstallations;
  /** The id of the app that an app-level token belongs to; null without one. */
  readonly appId: string | null;
  readonly clock: () => Date;
  /** The next request of the workspace reads its token anew. */
  readonly forget: (workspaceRef: string) => void;
}

export function createInstallRouter(options: InstallOptions): Router {
  const router = express.Router();
  router.get("/slack/install", async (_request, response) => {
    await start(options, response).catch((error: unknown) => fail(options, response, error));
  });
  router.get("/slack/oauth/callback", async (request, response) => {
    const ending = await finish(options, request).catch((error: unknown) => {
      options.log.error("slack_installation_failed", { provider: "slack", error });
      return FAILED;
    });
    const { status, event, page } = ending;
    const level = status === 200 ? "info" : "warn";
    options.log[level]("slack_installation", { provider: "slack", outcome: event });
    response.append("Set-Cookie", cookieFor(options.publicUrl, ""));
    show(response, status, page);
  });
  return router;
}

async function start(options: InstallOptions, response: Response): Promise<void> {
  const now = options.clock();
  const { state, browser, started } = newStart(now);
  if (!(await options.installations.start(started, instantOf(now))))
    return show(response, TOO_MANY.status, TOO_MANY.page);
  response.append("Set-Cookie", cookieFor(options.publicUrl, browser));
  show(response, 200, begin(authorizeUrl(options, state)));
}

function fail(options: InstallOptions, response: Response, error: unknown): void {
  options.log.error("slack_installation_failed", { provider: "slack", error });
  show(response, FAILED.status, FAILED.page);
}

function show(response: Response, status: number, page: Page): void {
  response
    .status(status)
    .set({
      "Cache-Control": "no-store",
      "Content-Security-Policy": PAGE_POLICY,
      "Referrer-Policy": "no-referrer",
      "X-Content-Type-Options": "nosniff",
    })
    .type("html")
    .send(renderPage(page));
}

/** The state first, and it is spent whatever follows: nobody can try twice with one. */
async function finish(options: InstallOptions, request: Request): Promise<Ending> {
  const { installations, publicUrl } = options;
  const now = options.clock();
  const state = readWord(request.query.state, /^\S{1,200}$/);
  const browser = readCookie(request.headers.cookie, cookieName(publicUrl));
  const refusal = refuseState(await spendState(installations, { state, browser }, now));
  if (refusal) return refusal;
  if (request.query.error !== undefined)
    return refusedBySlack(readWord(request.query.error, /^[a-z_]{1,60}$/) ?? "unknown");
  const code = readWord(request.query.code, /^[A-Za-z0-9._-]{1,500}$/);
  if (code === null) return INCOMPLETE;
  const appIds = options.appId === null ? await installations.appIds() : [options.appId];
  const exchanged = await exchangeCode(options, code, { appIds, now });
  if ("why" in exchanged) return explainProblem(exchanged);
  await installations.install(exchanged);
  options.forget(exchanged.workspaceRef);
  return installed(exchanged.installer.workspaceName);
}

/** A parameter that is there once and has this form. */
function readWord(value: unknown, form: RegExp): string | null {
  return typeof value === "string" && form.test(value) ? value : null;
}
