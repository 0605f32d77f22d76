/** Something was pressed in a card of ours: a button, a menu, a form, or the client's own refresh. */
import { within } from "../../../app/conversation/within.ts";
import type { Reply } from "../../../app/ports.ts";
import { OUT_OF_DATE, TAKES_LONGER } from "../../../messages/edge/sentences.ts";
import type { FormValues } from "../../../messages/form.ts";
import { findPlace } from "../conversations/place.ts";
import { toUpload } from "../files.ts";
import { decodePressed, type Pressed } from "../render/wire.ts";
import { renderForm } from "../render-form.ts";
import { answer, replaceForm, type Scene, type Shown, view } from "./answer.ts";
import { type Asker, ask, type Desk, toEventKey } from "./desk.ts";
import type { Follow } from "./message.ts";
import { type OpenForm, readValues } from "./open-forms.ts";
import type { Activity } from "./payloads.ts";

/** Teams waits for ten seconds and then says that something went wrong. */
const ANSWER_WITHIN_MS = 7_000;
/** The field under which files travel that belong to no file field. */
const LOOSE_FILES = "files";

interface Given {
  readonly asker: Asker;
  readonly data: unknown;
}

interface GivenAction extends Given {
  /** The client asks for the person's own version of the card: nothing is said anywhere else. */
  readonly isView: boolean;
  readonly keep: (work: Promise<unknown>) => void;
}

/** What the client is to show at once. `keep` waits for what is still to be said when the answer comes late. */
export async function onAction(desk: Desk, activity: Activity, given: GivenAction): Promise<Shown> {
  const tell = given.isView ? view : answer;
  const work = press(desk, activity, given).then((pressed) =>
    "mended" in pressed ? pressed.mended : tell(desk, pressed.scene, pressed.reply),
  );
  const shown = await within(work, ANSWER_WITHIN_MS);
  if (shown !== "late") return shown;
  given.keep(work);
  return { kind: "words", text: TAKES_LONGER.headline };
}

/** The same from a client that sends what was pressed as a message: whatever there is to say is said in the chat. */
export async function onSubmit(desk: Desk, activity: Activity, given: Given): Promise<Follow> {
  const pressed = await press(desk, activity, given);
  if (!("mended" in pressed)) return () => answer(desk, pressed.scene, pressed.reply);
  const { mended, scene } = pressed;
  if (mended.kind === "card") return () => replaceForm(desk, scene, mended.rendered);
  const message = { headline: mended.text, tone: "attention" } as const;
  return () => answer(desk, { ...scene, form: null }, { kind: "show", message });
}

type PressedResult =
  | { readonly scene: Scene; readonly reply: Reply }
  | { readonly scene: Scene; readonly mended: Shown };

/** Resolves when the application has decided. */
async function press(desk: Desk, activity: Activity, given: Given): Promise<PressedResult> {
  const pressed = decodePressed(given.data);
  if (pressed === null) {
    desk.log.warn("teams_payload_refused", { provider: "teams", what: "action" });
    return { scene: sceneOf(given.asker, null), reply: { kind: "show", message: OUT_OF_DATE } };
  }
  const asker = { ...given.asker, about: await findPlace(desk, given.asker, pressed.place) };
  const opened = desk.forms.find(pressed.form);
  const { reply } = await ask(desk, asker, {
    command: pressed.deed,
    values: withFiles(desk, pressed, readValues(pressed.values, opened?.form)),
    eventKey: toEventKey(asker.origin, activity.id, activity.value),
  });
  const isForm = pressed.form !== null && activity.replyToId;
  const form = isForm && activity.replyToId ? { messageId: activity.replyToId } : null;
  const scene = { ...sceneOf(asker, pressed), form };
  if (form && reply.kind === "errors") return { scene, mended: mend(pressed, opened, reply) };
  desk.forms.close(pressed.form);
  return { scene, reply };
}

function sceneOf(asker: Asker, pressed: Pressed | null): Scene {
  const deed = pressed?.deed ?? { type: "OpenHome" };
  return { asker, deed, form: null, files: pressed?.files ?? [] };
}

/** Files that came before the form fill its file field, or travel on their own. */
function withFiles(desk: Desk, { files, form }: Pressed, values: FormValues): FormValues {
  if (files.length === 0) return values;
  const fields = desk.forms.find(form)?.form.fields ?? [];
  const wanted = fields.filter(({ type }) => type === "file").map(({ id }) => id);
  const uploads = files.map((file) => toUpload(file, desk.isFileAddress));
  const filled = (wanted.length > 0 ? wanted : [LOOSE_FILES]).map((id) => [id, uploads] as const);
  return { ...values, ...Object.fromEntries(filled) };
}

/** The form as it was filled in, with what has to be mended beside each field; without the form, in words. */
function mend(
  { form, values }: Pressed,
  opened: OpenForm | null,
  { fields }: Extract<Reply, { kind: "errors" }>,
): Shown {
  if (!opened || form === null) return { kind: "words", text: Object.values(fields).join(" ") };
  const typed = Object.fromEntries(
    Object.entries(values).map(([id, value]) => [
      id,
      typeof value === "string" ? value : value.join(","),
    ]),
  );
  const { options } = opened;
  const again = { ...options, formId: form, values: typed, errors: fields };
  return { kind: "card", rendered: renderForm(opened.form, again) };
}

/** As the answer to an `adaptiveCard/action`. */
export function toInvokeAnswer(shown: Shown): object {
  return shown.kind === "card"
    ? {
        statusCode: 200,
        type: "application/vnd.microsoft.card.adaptive",
        value: shown.rendered.card,
      }
    : { statusCode: 200, type: "application/vnd.microsoft.activity.message", value: shown.text };
}
