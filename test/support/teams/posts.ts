/** What the Bot Connector does with activities of the app: post, edit and delete them, or say why not. */
import { asList, asObject, type Json } from "../slack/checks/parts.ts";
import { checkCard } from "./checks/card.ts";
import { badArgument, Refused, writesBlocked } from "./refusal.ts";
import { type Conversation, findUser, isMember, type TeamsMessage, type World } from "./world.ts";

export interface Posted {
  readonly world: World;
  readonly body: Json;
  readonly query: URLSearchParams;
  /** What no product should ever send; it fails the test at its end. */
  readonly fault: (says: string) => void;
}

export interface Placed extends Posted {
  readonly conversation: Conversation;
  /** The root post that is answered. */
  readonly threadOf: string | null;
}

/** In UTF-16, as Teams counts. */
const SIZE_MOST = 100 * 1024;
const CARD = "application/vnd.microsoft.card.adaptive";
const CONSENT = "application/vnd.microsoft.teams.card.file.consent";
const FILE_INFO = "application/vnd.microsoft.teams.card.file.info";

export function refuseBot({ bot }: Conversation): void {
  if (bot === "removed") throw writesBlocked();
  if (bot === "never")
    throw new Refused(
      403,
      "BotNotInConversationRoster",
      "The bot is not part of the conversation roster.",
    );
}

export function postMessage(placed: Placed): { readonly id: string } {
  const { world, conversation, body } = placed;
  refuseBot(conversation);
  refuseSize(body);
  const id = world.nextId();
  if (body.type === "typing") return { id };
  if (body.type !== "message") throw badArgument(`Unknown activity type ${String(body.type)}.`);
  const targetedTo = whoAlone(placed);
  const message: TeamsMessage = {
    id,
    conversation: conversation.id,
    threadOf: rootOf(placed),
    from: null,
    ...readContent(placed),
    targetedTo,
    edits: 0,
    deleted: false,
    shownAt: world.nextShown(),
    views: new Map(),
  };
  world.messages.push(message);
  return { id };
}

/** In a channel an answer goes to the thread of the post that it answers. */
function rootOf({ world, conversation, threadOf }: Placed): string | null {
  if (conversation.kind !== "channel" || threadOf === null) return null;
  const answered = world.messages.find(
    ({ id, conversation: place }) => id === threadOf && place === conversation.id,
  );
  if (!answered) throw new Refused(404, "ConversationNotFound", "Conversation not found.");
  return answered.threadOf ?? answered.id;
}

/** The one person who may see it, where the call is for one person. */
function whoAlone({ world, conversation, body, query, fault }: Placed): string | null {
  const recipient = asObject(body.recipient);
  if (query.get("isTargetedActivity") !== "true") {
    if (recipient?.isTargeted !== true) return null;
    fault("a message for one person was about to be shown to everybody");
    throw badArgument("A targeted recipient needs isTargetedActivity.");
  }
  refuseTargeted(world, conversation);
  const user = findUser(world, String(recipient?.id));
  if (!user) throw badArgument("A targeted message needs a recipient.");
  if (!isMember(world, conversation, user.id))
    throw badArgument("The recipient is not a member of the conversation.");
  return user.id;
}

function refuseTargeted(world: World, { kind }: Conversation): void {
  if (!world.targeted) throw badArgument("Targeted messages are not available.");
  if (kind === "personal") throw badArgument("A personal chat takes no targeted messages.");
}

function refuseSize(body: Json): void {
  if (JSON.stringify(body).length * 2 > SIZE_MOST)
    throw new Refused(413, "MessageSizeTooBig", "Message size too large.");
}

/** An edit replaces everything, for everybody. */
export function editMessage(placed: Placed, id: string): { readonly id: string } {
  const message = findOwn(placed, id);
  refuseSize(placed.body);
  if (message.targetedTo !== null && placed.body.recipient !== undefined)
    throw badArgument("An edit of a targeted message has no recipient.");
  Object.assign(message, readContent(placed));
  message.edits += 1;
  message.views.clear();
  if (showsForm(message.card)) message.shownAt = placed.world.nextShown();
  return { id };
}

export function deleteMessage(placed: Placed, id: string): void {
  findOwn(placed, id).deleted = true;
}

function findOwn({ world, conversation, query }: Placed, id: string): TeamsMessage {
  refuseBot(conversation);
  const isTargeted = query.get("isTargetedActivity") === "true";
  if (isTargeted) refuseTargeted(world, conversation);
  const message = world.messages.find(
    (one) => one.id === id && one.conversation === conversation.id && one.from === null,
  );
  if (!message || message.deleted || (message.targetedTo !== null) !== isTargeted)
    throw new Refused(
      404,
      "ActivityNotFoundInConversation",
      "The activity was not found in the conversation.",
    );
  return message;
}

/** A form that appears in place of something else draws the eye; other edits leave a message where it is. */
function showsForm(card: Json | null): boolean {
  return card !== null && JSON.stringify(card).includes('"field:');
}

type Content = Pick<TeamsMessage, "text" | "summary" | "card" | "attachments">;

function readContent({ body, conversation, fault }: Placed): Content {
  const attachments = (asList(body.attachments) ?? []).map((one) => asObject(one) ?? {});
  const text = typeof body.text === "string" ? body.text : "";
  const problems = [
    ...(text.trim() === "" && attachments.length === 0 ? ["a message without text or card"] : []),
    ...attachments.flatMap((attachment) => checkAttachment(attachment, conversation)),
  ];
  for (const problem of problems) fault(problem);
  if (problems.length > 0) throw badArgument(problems.join("; "));
  const card = attachments.find(({ contentType }) => contentType === CARD);
  return {
    text,
    summary: typeof body.summary === "string" ? body.summary : "",
    card: asObject(card?.content),
    attachments,
  };
}

function checkAttachment(attachment: Json, { kind }: Conversation): readonly string[] {
  switch (attachment.contentType) {
    case CARD:
      return checkCard(attachment.content);
    case CONSENT:
      return [
        ...(kind === "personal" ? [] : ["a file can be offered in a personal chat only"]),
        ...(typeof attachment.name === "string" ? [] : ["an offered file has a name"]),
        ...(typeof asObject(attachment.content)?.sizeInBytes === "number"
          ? []
          : ["an offered file has a size"]),
      ];
    case FILE_INFO:
      return typeof attachment.contentUrl === "string" ? [] : ["a file card has an address"];
    default:
      return [`unknown attachment: ${String(attachment.contentType)}`];
  }
}
