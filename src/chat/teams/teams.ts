/** Microsoft Teams as a surface: activities in, deliveries out, and who is who. */
import type { Source } from "../../app/front-ports.ts";
import type { Directory, Finding, Inbound, Log, Reply, Sender } from "../../app/ports.ts";
import type { WorkspaceId } from "../../domain/ids.ts";
import type { ChannelRef } from "../../domain/migrations/record.ts";
import type { Identity } from "../../domain/people/person.ts";
import { createBot } from "./api/bot.ts";
import { type Endpoints, isThisMachine, microsoftEndpoints } from "./api/endpoints.ts";
import { createTroubles } from "./api/troubles.ts";
import { createDirectory } from "./directory.ts";
import { createExaminations } from "./examinations.ts";
import { isMicrosoftStorage } from "./files.ts";
import { createSource } from "./ingress.ts";
import type { TeamsMemory } from "./ports.ts";
import { createDispatch } from "./requests/dispatch.ts";
import { createOfferedFiles } from "./requests/offered-files.ts";
import { createOpenForms } from "./requests/open-forms.ts";
import { createSender } from "./sender.ts";

export interface TeamsOptions {
  /** Null: Microsoft's playground on this machine, where nobody proves who they are. */
  readonly credentials: {
    readonly appId: string;
    readonly appPassword: string;
    readonly tenantId: string;
  } | null;
  /** E-mail addresses, in lower case, of those who grant roles. */
  readonly administrators: readonly string[];
  /** Absent: Microsoft's. */
  readonly endpoints?: Endpoints | undefined;
  readonly memory: TeamsMemory;
  /** The whole application. */
  readonly converse: (inbound: Inbound) => Promise<Reply>;
  readonly workspaceOf: (tenantId: string) => Promise<WorkspaceId>;
  /** Whom a conversation's messages concern; they are told when it cannot be reached. */
  readonly peopleOf: (channel: ChannelRef) => Promise<readonly Identity[]>;
  readonly clock: () => Date;
  readonly log: Log;
}

export interface TeamsSurface {
  readonly source: Source;
  readonly sender: Sender;
  readonly directory: Directory;
  readonly examinations: readonly (() => Promise<readonly Finding[]>)[];
  /** Resolves when every request under way has been answered. */
  settled(): Promise<void>;
}

export function createTeams(options: TeamsOptions): TeamsSurface {
  const { credentials, administrators, memory, log, clock } = options;
  const endpoints = options.endpoints ?? microsoftEndpoints(credentials?.tenantId ?? "");
  const bot = createBot({ credentials, endpoints, clock });
  const troubles = createTroubles(log);
  const dispatch = createDispatch({
    ...{ bot, memory, troubles, log },
    tenantId: credentials?.tenantId ?? null,
    converse: options.converse,
    workspaceOf: options.workspaceOf,
    forms: createOpenForms(),
    offered: createOfferedFiles(),
    isFileAddress: fileAddressesOf(options),
  });
  const [serviceUrl = ""] = endpoints.serviceUrls;
  return {
    source: createSource(bot.verify, dispatch, { isOpen: credentials === null }),
    sender: createSender({
      ...{ bot, memory, troubles, log, serviceUrl },
      peopleOf: options.peopleOf,
    }),
    directory: createDirectory({ bot, memory, administrators, log }),
    examinations: createExaminations({ bot, credentials, administrators, troubles }),
    settled: () => dispatch.settle(),
  };
}

/** Microsoft's storage; where other addresses stand for Microsoft's, theirs, too. */
function fileAddressesOf({ endpoints, credentials }: TeamsOptions): (url: string) => boolean {
  const others = (endpoints?.serviceUrls ?? []).map((url) => new URL(url).origin);
  return (url) =>
    isMicrosoftStorage(url) ||
    (URL.canParse(url) && others.includes(new URL(url).origin)) ||
    (credentials === null && URL.canParse(url) && isThisMachine(new URL(url).hostname));
}
