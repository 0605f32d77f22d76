/**
 * Which token works where: the workspace of the configured token, and every workspace that installed the app
 * itself. A request or a delivery of one workspace never meets the token of another.
 */

import { within } from "../../../app/conversation/within.ts";
import type { Log } from "../../../app/ports.ts";
import { Unavailable } from "../../../domain/fault.ts";
import type { WorkspaceId } from "../../../domain/ids.ts";
import { type Clients, createClients } from "../api/clients.ts";
import type { Troubles } from "../api/troubles.ts";
import {
  createForeigners,
  createWorkplace,
  type Foreigners,
  isOurs,
  type Origin,
  type Workplace,
} from "../identity.ts";

import type { Installed, SlackInstallations } from "./ports.ts";

/** Our side of one workspace. */
export interface Connection {
  readonly clients: Clients;
  readonly workplace: Workplace;
  readonly foreigners: Foreigners;
  readonly troubles: Troubles;
  readonly botToken: string;
}

export interface Connections {
  /** The workspace of the configured token, when there is one. */
  readonly own: Connection | null;
  /** Null: the app is not installed where the request comes from. */
  ofOrigin(origin: Origin): Promise<Connection | null>;
  /** Null: the app is not installed there, or not any more. */
  ofWorkspace(id: WorkspaceId): Promise<Connection | null>;
  /** The next request there reads its token anew. */
  forget(workspaceRef: string): void;
}

export interface ConnectionsOptions {
  readonly botToken: string | null;
  readonly installations: SlackInstallations | null;
  readonly workspaceOf: (workspaceRef: string) => Promise<WorkspaceId>;
  readonly troubles: Troubles;
  readonly apiUrl: string;
  readonly log: Log;
}

export function createConnections(options: ConnectionsOptions): Connections {
  const own = connectOwn(options);
  const { installations } = options;
  if (!installations) {
    // A request of another workspace is refused where it is answered.
    return {
      own,
      ofOrigin: async () => own,
      ofWorkspace: async (id) => ((await isOwn(own, id)) ? own : null),
      forget: () => undefined,
    };
  }
  const kept = createKeptConnections(options, installations);
  return {
    own,
    async ofOrigin(origin) {
      const installation = own ? await orNull(own.workplace.installation()) : undefined;
      if (installation && isOurs(installation, origin)) return own;
      return (await kept.ofOrigin(origin)) ?? nobody(installation);
    },
    async ofWorkspace(id) {
      const ours = own ? await orNull(own.workplace.workspaceId()) : undefined;
      if (ours === id) return own;
      return (await kept.ofWorkspace(id)) ?? nobody(ours);
    },
    forget: (ref) => kept.forget(ref),
  };
}

function connectOwn(options: ConnectionsOptions): Connection | null {
  const { botToken, apiUrl, log, troubles } = options;
  if (botToken === null) return null;
  const clients = createClients({ botToken, apiUrl, log });
  const workplace = createWorkplace(clients, options.workspaceOf);
  return { clients, workplace, foreigners: createForeigners(), troubles, botToken };
}

function orNull<T>(asked: Promise<T>): Promise<T | null> {
  return asked.catch(() => null);
}

/** Until Slack has said whose the configured token is, it may be meant, and is not used. */
function nobody(own: unknown): null {
  if (own === null) throw new Unavailable("Slack has not said whose SLACK_BOT_TOKEN is");
  return null;
}

/** How long an urgent message waits to hear whose the only token is. */
const OWN_KNOWN_MS = 300;

/** Alone, the configured token is tried as long as Slack does not say that it belongs elsewhere. */
async function isOwn(own: Connection | null, id: WorkspaceId): Promise<boolean> {
  if (!own) return false;
  const ours = await within(orNull(own.workplace.workspaceId()), OWN_KNOWN_MS);
  return ours === id || ours === null || ours === "late";
}

/** A token is read again after this long, so that what another process removed is gone here too. */
const KEPT_MS = 10_000;
const KEPT_MAX = 1_000;

interface Kept {
  readonly installed: Installed;
  readonly connection: Connection;
  readonly until: number;
}

function createKeptConnections(options: ConnectionsOptions, installations: SlackInstallations) {
  const byRef = new Map<string, Kept>();
  const refs = new Map<WorkspaceId, string>();
  const forget = (ref: string): void => void byRef.delete(ref);
  const remember = (installed: Installed): Kept => {
    const before = byRef.get(installed.workspaceRef);
    const isSame = before?.installed.botToken === installed.botToken;
    const connection =
      before && isSame
        ? before.connection
        : connect(options, installed, () => drop(installations, installed, forget));
    const kept = { installed, connection, until: performance.now() + KEPT_MS };
    if (byRef.size >= KEPT_MAX) byRef.clear();
    byRef.set(installed.workspaceRef, kept);
    refs.set(installed.workspaceId, installed.workspaceRef);
    return kept;
  };
  const fresh = (ref: string | undefined): Kept | null => {
    const kept = ref === undefined ? undefined : byRef.get(ref);
    return kept && kept.until > performance.now() ? kept : null;
  };
  const ofRef = async (ref: string): Promise<Kept | null> => {
    const known = fresh(ref);
    if (known) return known;
    const installed = await installations.ofRef(ref);
    if (installed) return remember(installed);
    forget(ref);
    return null;
  };
  return {
    forget,
    async ofOrigin({ teamId, enterpriseId }: Origin): Promise<Connection | null> {
      const ofTeam = teamId === null ? null : await ofRef(teamId);
      if (ofTeam) return ofTeam.connection;
      const wide = enterpriseId === null ? null : await ofRef(enterpriseId);
      return wide?.installed.isOrgWide ? wide.connection : null;
    },
    async ofWorkspace(id: WorkspaceId): Promise<Connection | null> {
      const known = fresh(refs.get(id));
      if (known) return known.connection;
      const installed = await installations.ofWorkspace(id);
      return installed ? remember(installed).connection : null;
    },
  };
}

/** Slack's words for a token that will never work again. */
const GONE = ["token_revoked", "account_inactive"];

function connect(
  options: ConnectionsOptions,
  installed: Installed,
  onGone: () => Promise<void>,
): Connection {
  const { botToken, workspaceRef, workspaceId, enterpriseId, isOrgWide, botUserId } = installed;
  const { apiUrl, log, troubles } = options;
  const teamId = workspaceRef;
  const installation = { teamId, enterpriseId, isOrgWide, workspaceRef, botUserId };
  return {
    clients: createClients({ botToken, apiUrl, log }),
    workplace: {
      installation: async () => installation,
      workspaceId: async () => workspaceId,
    },
    foreigners: createForeigners(),
    troubles: {
      note(method, code) {
        troubles.note(method, code);
        if (!GONE.includes(code)) return;
        onGone().catch((error: unknown) =>
          log.error("slack_removal_failed", { provider: "slack", error }),
        );
      },
      findings: troubles.findings,
    },
    botToken,
  };
}

/** The event that told of it was lost, or is on its way. A token that was installed since then stays. */
async function drop(
  installations: SlackInstallations,
  { workspaceRef, installedAt }: Installed,
  forget: (ref: string) => void,
): Promise<void> {
  forget(workspaceRef);
  await installations.remove({ workspaceRef, why: "token_refused", notAfter: installedAt });
}
