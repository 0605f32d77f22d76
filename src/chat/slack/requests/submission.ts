/** A submitted form: mended beside its fields, continued in place, or closed with a private answer. */

import { within } from "../../../app/conversation/within.ts";
import type { Reply } from "../../../app/ports.ts";
import { mendFields, OUT_OF_DATE, TAKES_LONGER } from "../../../messages/edge/sentences.ts";
import type { Message } from "../../../messages/message.ts";
import { lookUpFiles } from "../files.ts";
import { plain } from "../render/escape.ts";
import { VIEW_STACK } from "../render/limits.ts";
import { decodeMemory, type Memory } from "../render/wire.ts";
import { FORM, renderForm, renderNotice } from "../render-form.ts";
import { type Audience, tell } from "./answer.ts";
import { type Ack, toMessage } from "./command.ts";
import { ANSWER_WITHIN_MS, type Asker, ask, type Desk, toEventKey } from "./desk.ts";
import { Submission } from "./payloads.ts";
import { SAVED_GO_ON } from "./sentences.ts";
import { readValues } from "./values.ts";
import { depthOf, publishHome } from "./views.ts";

interface Submitted {
  readonly submission: Submission;
  readonly memory: Memory;
  readonly audience: Audience;
}

export async function onSubmission(desk: Desk, body: unknown, ack: Ack): Promise<void> {
  const parsed = Submission.safeParse(body);
  const memory = parsed.success ? decodeMemory(parsed.data.view.private_metadata) : null;
  if (!parsed.success || memory === null || parsed.data.view.callback_id !== FORM) {
    desk.log.warn("slack_payload_refused", { provider: "slack", what: "submission" });
    return ack({ response_action: "update", view: renderNotice(OUT_OF_DATE) });
  }
  const submission = parsed.data;
  const submitted = { submission, memory, audience: audienceOf(submission, memory) };
  const work = submit(desk, submitted);
  const outcome = await within(work, ANSWER_WITHIN_MS);
  if (outcome !== "late") return answerInTime(desk, submitted, { reply: outcome.reply, ack });
  await ack({ response_action: "update", view: renderNotice(TAKES_LONGER, memory) });
  await answerLate(desk, submitted, (await work).reply);
}

async function submit(desk: Desk, { submission, memory }: Submitted) {
  const values = await readValues(submission.view, {
    lookUp: (ids) => lookUpFiles(desk, ids),
    carried: memory.files ?? [],
  });
  const { view, user } = submission;
  const content = [user.id, view.id, view.hash, view.state.values];
  const eventKey = toEventKey(submission.trigger_id, content);
  return ask(desk, askerOf(submission, memory), { command: memory.command, values, eventKey });
}

async function answerInTime(
  desk: Desk,
  submitted: Submitted,
  { reply, ack }: { readonly reply: Reply; readonly ack: Ack },
): Promise<void> {
  const { memory, submission, audience } = submitted;
  if (reply.kind === "errors") return ack(toErrors(submission, reply.fields));
  if (reply.kind === "form") {
    const { command: _done, ...opened } = memory;
    return ack({ response_action: "update", view: renderForm(reply.form, opened) });
  }
  await ack({ response_action: "clear" });
  if (reply.kind === "home" && (await publishHome(desk, audience.userId, reply.home))) return;
  await tell(desk, audience, { message: toMessage(reply) });
}

/** The form is gone by now: whatever comes is told, not shown in it. */
async function answerLate(desk: Desk, { audience }: Submitted, reply: Reply): Promise<void> {
  const message: Message = reply.kind === "form" ? SAVED_GO_ON : toMessage(reply);
  await tell(desk, audience, { message });
}

const ERROR_TEXT = 500;

/** Slack places a sentence only beside an input; one for anything else stands beside the first. */
function toErrors({ view }: Submission, fields: Readonly<Record<string, string>>): object {
  const inputs = view.blocks.flatMap((block) => (block?.type === "input" ? [block.block_id] : []));
  const [first] = inputs;
  if (first === undefined) return sayErrors(view, fields);
  const errors = new Map<string, string>();
  for (const [id, sentence] of Object.entries(fields)) {
    const at = inputs.includes(id) ? id : first;
    const text = [errors.get(at), sentence].filter(Boolean).join(" ");
    errors.set(at, plain(text, ERROR_TEXT).text);
  }
  return { response_action: "errors", errors: Object.fromEntries(errors) };
}

/** A form without any input cannot carry errors: they are shown on top of it, or in its place. */
function sayErrors(view: Submission["view"], fields: Readonly<Record<string, string>>): object {
  const stack = { rootId: view.root_view_id ?? null, previousId: view.previous_view_id ?? null };
  const hasRoom = depthOf({ id: view.id, ...stack }) < VIEW_STACK;
  return {
    response_action: hasRoom ? "push" : "update",
    view: renderNotice(mendFields(fields)),
  };
}

function audienceOf({ user }: Submission, { channel, threadTs }: Memory): Audience {
  return {
    userId: user.id,
    channelId: channel ?? null,
    threadTs: threadTs ?? null,
    responseUrl: null,
  };
}

function askerOf({ user, team, enterprise }: Submission, { channel }: Memory): Asker {
  return {
    userId: user.id,
    userTeamId: user.team_id ?? null,
    origin: { teamId: team?.id ?? null, enterpriseId: enterprise?.id ?? null },
    channelId: channel ?? null,
  };
}
