/**
 * What Cleargate asks of Teams, through Microsoft's library: to post, to edit, to open a conversation, and who is
 * in one. Every call goes out once, and throws `CallFailed` when it failed.
 */
import {
  type Activity,
  CloudAdapter,
  ConfigurationBotFrameworkAuthentication,
  type ConversationReference,
  type TeamsChannelAccount,
  TeamsInfo,
  type TurnContext,
} from "botbuilder";
import type { BearerScheme } from "../../../app/front-ports.ts";
import { createCredentials, createHttpClient, type Outgoing, outgoing } from "./client.ts";
import type { Allowed, Endpoints } from "./endpoints.ts";
import { createTokens } from "./tokens.ts";
import { CallFailed, toTrouble } from "./trouble.ts";
import { createOpenDoor, createVerify } from "./verify.ts";

export interface BotOptions {
  /** Null: the playground on this machine, where nothing is verified. */
  readonly credentials: { readonly appId: string; readonly appPassword: string } | null;
  readonly endpoints: Endpoints;
  readonly clock: () => Date;
}

export interface Where {
  readonly serviceUrl: string;
  /** In a channel with `;messageid=` for a thread. */
  readonly conversationId: string;
  readonly tenantId: string;
  /** Only this account of the conversation sees the message. */
  readonly onlyFor?: string | undefined;
}

export type Draft = Partial<Activity>;

export interface Bot {
  readonly verify: BearerScheme["verify"];
  /** Of the bot itself, such as `28:…`; empty in the playground. */
  readonly botId: string;
  /** Throws `CallFailed` when Microsoft's directory gives Cleargate no token. */
  authorize(): Promise<void>;
  /** The id of the message. */
  post(where: Where, draft: Draft): Promise<string>;
  edit(where: Where, messageId: string, draft: Draft): Promise<void>;
  /** A first message in a channel: the id of its thread, and its own. */
  openThread(
    channel: Where,
    draft: Draft,
  ): Promise<{ readonly conversationId: string; readonly messageId: string }>;
  /** The chat of one person with Cleargate. */
  openPersonal(at: Pick<Where, "serviceUrl" | "tenantId">, accountId: string): Promise<string>;
  member(where: Where, accountId: string, timeoutMs: number): Promise<TeamsChannelAccount>;
  /** The first members of a conversation, at most so many. */
  members(where: Where, most: number): Promise<readonly TeamsChannelAccount[]>;
}

export function createBot({ credentials, endpoints, clock }: BotOptions): Bot {
  const appId = credentials?.appId ?? "";
  const tokens = credentials && createTokens({ ...credentials, tokenUrl: endpoints.tokenUrl });
  const allowed: Allowed = credentials ? endpoints.serviceUrls : "this machine";
  const authentication = new ConfigurationBotFrameworkAuthentication(
    { ToBotFromChannelOpenIdMetadataUrl: endpoints.openIdMetadataUrl, ...MICROSOFT },
    createCredentials(appId, tokens),
    undefined,
    undefined,
    { httpClient: createHttpClient(allowed, tokens) },
  );
  // Without `onTurnError` a failed send is thrown; with it the library would resolve all the same.
  const adapter = new CloudAdapter(authentication);
  const speaking: Speaking = { adapter, appId };
  return {
    verify: credentials
      ? createVerify({ authentication, appId, allowed, clock })
      : createOpenDoor(allowed),
    botId: appId === "" ? "" : `28:${appId}`,
    async authorize() {
      await tokens?.token();
    },
    ...createSpeech(speaking),
    member: (where, accountId, timeoutMs) =>
      within(speaking, where, { isTargeted: false, timeoutMs }, (context) =>
        TeamsInfo.getMember(context, accountId),
      ),
    members: (where, most) =>
      within(speaking, where, USUAL, async (context) => {
        const { members } = await TeamsInfo.getPagedMembers(context, most);
        return members;
      }),
  };
}

/** A custom address of the keys needs every other one beside it. */
const MICROSOFT = {
  ToBotFromChannelTokenIssuer: "https://api.botframework.com",
  ToChannelFromBotLoginUrl: "https://login.microsoftonline.com/botframework.com",
  ToChannelFromBotOAuthScope: "https://api.botframework.com",
  ToBotFromEmulatorOpenIdMetadataUrl:
    "https://login.microsoftonline.com/botframework.com/v2.0/.well-known/openid-configuration",
  OAuthUrl: "https://token.botframework.com/",
  ValidateAuthority: "true",
};

const CHANNEL = "msteams";
const USUAL: Outgoing = { isTargeted: false, timeoutMs: 2_000 };

interface Speaking {
  readonly adapter: CloudAdapter;
  readonly appId: string;
}

function createSpeech(
  speaking: Speaking,
): Pick<Bot, "post" | "edit" | "openThread" | "openPersonal"> {
  return {
    async post(where, draft) {
      const how = { ...USUAL, isTargeted: where.onlyFor !== undefined };
      const answer = await within(speaking, where, how, (context) => context.sendActivity(draft));
      return answer?.id ?? "";
    },
    async edit(where, messageId, draft) {
      const how = { ...USUAL, isTargeted: where.onlyFor !== undefined };
      await within(speaking, where, how, (context) =>
        context.updateActivity({ ...draft, id: messageId }),
      );
    },
    async openThread(channel, draft) {
      const opened = await open(speaking, channel, {
        isGroup: true,
        channelData: { channel: { id: channel.conversationId }, tenant: { id: channel.tenantId } },
        activity: draft,
      });
      const messageId = /;messageid=(\d+)/.exec(opened)?.[1] ?? "";
      return { conversationId: opened, messageId };
    },
    openPersonal: ({ serviceUrl, tenantId }, accountId) =>
      open(speaking, { serviceUrl, tenantId }, { isGroup: false, members: [{ id: accountId }] }),
  };
}

/** Does something in a conversation; what it throws is thrown here. */
async function within<T>(
  { adapter, appId }: Speaking,
  where: Where,
  how: Outgoing,
  work: (context: TurnContext) => Promise<T>,
): Promise<T> {
  const { serviceUrl, conversationId, tenantId, onlyFor } = where;
  const reference: Partial<ConversationReference> = {
    channelId: CHANNEL,
    serviceUrl,
    // What is not known of it is left out: an empty kind is refused.
    conversation: { id: conversationId, tenantId } as ConversationReference["conversation"],
    bot: { id: `28:${appId}`, name: "Cleargate" },
    ...(onlyFor === undefined ? {} : { user: { id: onlyFor, name: "" } }),
  };
  // The library's call may resolve although the work inside it failed: the result is kept here.
  const done: { value?: T; error?: unknown } = {};
  await outgoing
    .run(how, () =>
      adapter.continueConversationAsync(appId, reference, async (context) => {
        try {
          // The library makes up an activity to answer; what we say answers none.
          delete context.activity.id;
          done.value = await work(context);
        } catch (error) {
          done.error = error;
        }
      }),
    )
    .catch((error: unknown) => {
      done.error ??= error;
    });
  if (done.error !== undefined) throw new CallFailed(toTrouble(done.error));
  if (!("value" in done)) throw new CallFailed({ kind: "unknown", why: "no answer" });
  return done.value as T;
}

interface Opening {
  readonly isGroup: boolean;
  readonly members?: { id: string }[];
  readonly channelData?: object;
  readonly activity?: Draft;
}

async function open(
  { adapter, appId }: Speaking,
  { serviceUrl, tenantId }: Pick<Where, "serviceUrl" | "tenantId">,
  opening: Opening,
): Promise<string> {
  const parameters = { ...opening, tenantId, bot: { id: `28:${appId}`, name: "Cleargate" } };
  let opened: string | null = null;
  const created = outgoing.run(USUAL, () =>
    adapter.createConversationAsync(
      appId,
      CHANNEL,
      serviceUrl,
      "https://api.botframework.com",
      parameters as Parameters<CloudAdapter["createConversationAsync"]>[4],
      async ({ activity }) => {
        opened = activity.conversation.id;
      },
    ),
  );
  await created.catch((error: unknown) => {
    throw new CallFailed(toTrouble(error));
  });
  if (!opened) throw new CallFailed({ kind: "unknown", why: "no conversation was named" });
  return opened;
}
