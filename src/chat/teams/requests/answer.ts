/** Private answers: to one person, in the place of a form, beside what was asked when Teams allows it, else in their own chat. */
import type { Reply } from "../../../app/ports.ts";
import { mendFields } from "../../../messages/edge/sentences.ts";
import type { Choice, Form } from "../../../messages/form.ts";
import type { Message } from "../../../messages/message.ts";
import type { Where } from "../api/bot.ts";
import { edit, post, type Spoken } from "../api/speech.ts";
import { findPeople } from "../conversations/members.ts";
import { findPersonal } from "../conversations/personal.ts";
import type { Deed, FileRef } from "../render/wire.ts";
import { renderForm } from "../render-form.ts";
import { renderHome } from "../render-home.ts";
import { type RenderedMessage, renderMessage } from "../render-message.ts";
import { offerFile } from "./consent.ts";
import { type Asker, type Desk, ownerOf } from "./desk.ts";
import { ANSWERED_PRIVATELY, ONLY_HERE } from "./sentences.ts";

/** Where something was asked, and what the answer has to carry on. */
export interface Scene {
  readonly asker: Asker;
  /** What was asked, so that it can be asked again. */
  readonly deed: Deed;
  /** The form whose place the answer takes. */
  readonly form: { readonly messageId: string } | null;
  readonly files: readonly FileRef[];
}

/** What the client shows at once, when something was pressed. */
export type Shown =
  | { readonly kind: "card"; readonly rendered: RenderedMessage }
  | { readonly kind: "words"; readonly text: string };

/** Gives the answer; never throws. What was pressed is answered with `shown`, what was typed needs no more. */
export async function answer(desk: Desk, scene: Scene, reply: Reply): Promise<Shown> {
  const rendered = await render(desk, scene, reply);
  if (scene.form) {
    await replaceForm(desk, scene, rendered);
    await handOver(desk, scene, reply);
    return { kind: "card", rendered };
  }
  const told = await tell(desk, scene, rendered);
  await handOver(desk, scene, reply);
  return { kind: "words", text: told };
}

/** In the place of the card, for this person alone. */
export async function view(desk: Desk, scene: Scene, reply: Reply): Promise<Shown> {
  return { kind: "card", rendered: await render(desk, scene, reply) };
}

/** The client shows it at once, where it can; the edit keeps it for when the chat is opened again. */
export async function replaceForm(
  desk: Desk,
  scene: Scene,
  rendered: RenderedMessage,
): Promise<void> {
  if (!scene.form) return;
  const where = ofScene(scene, { isOnlyTheirs: true });
  const edited = await edit(desk, where, { messageId: scene.form.messageId, rendered });
  if ("trouble" in edited) desk.log.warn("teams_form_not_replaced", { provider: "teams" });
}

async function render(desk: Desk, scene: Scene, reply: Reply): Promise<RenderedMessage> {
  const { asker, files } = scene;
  const place = asker.about.conversationId;
  if (reply.kind === "form") return openForm(desk, scene, reply.form);
  desk.forms.leave(ownerOf(asker));
  if (reply.kind === "home") {
    const refresh = { deed: { type: "OpenHome" } as const, userIds: [asker.origin.accountId] };
    return renderHome(reply.home, { place, refresh });
  }
  const message: Message = reply.kind === "errors" ? mendFields(reply.fields) : reply.message;
  return renderMessage(message, { place, files });
}

async function openForm(desk: Desk, scene: Scene, form: Form): Promise<RenderedMessage> {
  const { asker, files } = scene;
  const asksForPerson = form.fields.some(({ type }) => type === "user");
  const people: readonly Choice[] = asksForPerson ? await findPeople(desk, asker) : [];
  const options = { place: asker.about.conversationId, files, people };
  const formId = desk.forms.open({ form, options, owner: ownerOf(asker) });
  return renderForm(form, { ...options, formId });
}

/** The form that waited for them comes back with the files that were sent; false when none waits. */
export async function bringFiles(
  desk: Desk,
  asker: Asker,
  files: readonly FileRef[],
): Promise<boolean> {
  const owner = ownerOf(asker);
  const waiting = desk.forms.awaitingFile(owner);
  if (!waiting) return false;
  const options = { ...waiting.options, files: [...(waiting.options.files ?? []), ...files] };
  const formId = desk.forms.open({ form: waiting.form, options, owner });
  const rendered = renderForm(waiting.form, { ...options, formId });
  const told = await post(desk, ofAsker(asker, { isOnlyTheirs: true }), rendered);
  return !("trouble" in told);
}

function ofScene({ asker }: Scene, options: { readonly isOnlyTheirs: boolean }): Where {
  return ofAsker(asker, options);
}

function ofAsker(asker: Asker, options: { readonly isOnlyTheirs: boolean }): Where {
  const { serviceUrl, threadId, tenantId, kind, accountId } = asker.origin;
  const onlyFor = options.isOnlyTheirs && kind !== "personal" ? { onlyFor: accountId } : {};
  return { serviceUrl, conversationId: threadId, tenantId, ...onlyFor };
}

/** Says it to that person alone, and answers with what they read where they pressed. */
async function tell(desk: Desk, scene: Scene, rendered: RenderedMessage): Promise<string> {
  const beside = await post(desk, ofScene(scene, { isOnlyTheirs: true }), rendered);
  if (!("trouble" in beside)) return rendered.summary;
  if (scene.asker.origin.kind === "personal") {
    desk.log.error("teams_answer_lost", { provider: "teams" });
    return rendered.summary;
  }
  const own = await tellDirectly(desk, scene, rendered);
  if ("trouble" in own) {
    desk.log.error("teams_answer_lost", { provider: "teams" });
    await say(desk, scene, ONLY_HERE);
    return ONLY_HERE.headline;
  }
  await say(desk, scene, ANSWERED_PRIVATELY);
  return ANSWERED_PRIVATELY.headline;
}

async function tellDirectly(
  desk: Desk,
  { asker }: Scene,
  rendered: RenderedMessage,
): Promise<Spoken> {
  const { origin, workspaceId } = asker;
  const where = await findPersonal({ ...desk, ...origin, workspaceId }, origin.userId);
  return "trouble" in where ? where : post(desk, where, rendered);
}

/** For everybody in the conversation: only that an answer was given elsewhere. */
async function say(desk: Desk, scene: Scene, message: Message): Promise<void> {
  await post(desk, ofScene(scene, { isOnlyTheirs: false }), renderMessage(message));
}

/** Files are handed over in the person's own chat: Teams offers them nowhere else. */
async function handOver(desk: Desk, scene: Scene, reply: Reply): Promise<void> {
  const attachment = reply.kind === "show" ? reply.message.attachment : undefined;
  if (!attachment) return;
  const { origin, workspaceId } = scene.asker;
  const where =
    origin.kind === "personal"
      ? ofScene(scene, { isOnlyTheirs: false })
      : await findPersonal({ ...desk, ...origin, workspaceId }, origin.userId);
  if ("trouble" in where) return desk.log.error("teams_file_lost", { provider: "teams" });
  await offerFile(desk, where, { attachment, deed: scene.deed, asker: scene.asker });
}
