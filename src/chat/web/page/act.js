/** Sends what a person does and shows what comes back: a private message, a form, errors beside fields, a home. */
import { bring, change, Refused, session } from "./api.js";
import { askToConfirm } from "./dom.js";
import { askForm } from "./form.js";

/** Set by the page: what to do with a message, a home, or a sentence about what went wrong. */
const shown = { onMessage: () => {}, onHome: () => {}, onTrouble: () => {} };

export function whenAnswered(listeners) {
  Object.assign(shown, listeners);
}

/**
 * What messages and forms need in order to act. `place` says where: a channel with perhaps a thread, or the home,
 * where the channel is null.
 */
export function contextOf(place) {
  return {
    zone: session.me.timeZone,
    confirm: askToConfirm,
    act: (command, { eventId, opener }) =>
      attempt(place, async () => {
        const answer = await change("act", { ...place, command, eventId });
        await show(answer, { place, opener, files: [] });
      }),
  };
}

/** True when the server answered; otherwise its sentence is shown and the same thing may be tried again. */
async function attempt(place, work) {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    shown.onTrouble(error.message, place);
    return false;
  }
}

/** Text from a composer; true when it has arrived. */
export function say(place, text, { eventId, opener }) {
  return attempt(place, async () => {
    await show(await change("say", { ...place, text, eventId }), { place, opener, files: [] });
  });
}

/** Files that were dropped or chosen in a composer, for the product to find out where they belong. */
export function offerFiles(place, files, { eventId, opener }) {
  const limit = session.maxUploadMegabytes;
  if (files.reduce((sum, file) => sum + file.size, 0) > limit * 1024 * 1024) {
    shown.onTrouble(`Files may have ${limit} MB together. Send a link to a larger one.`, place);
    return Promise.resolve(false);
  }
  const carried = files.map((file) => ({ field: "files", file }));
  return attempt(place, async () => {
    const head = { ...place, command: { type: "AttachFiles" }, eventId };
    await show(await bring(head, carried), { place, opener, files: carried });
  });
}

/** The home of the acting person, asked afresh. */
export function openHome() {
  const place = { channel: null };
  return attempt(place, async () => {
    const eventId = crypto.randomUUID();
    const answer = await change("act", { ...place, command: { type: "OpenHome" }, eventId });
    await show(answer, { place, opener: null, files: [] });
  });
}

async function show(answer, asked) {
  if (answer.kind === "form") return openForm(answer.form, asked);
  if (answer.kind === "home") return shown.onHome(answer.home);
  if (answer.kind === "errors") {
    return shown.onTrouble(Object.values(answer.fields).join(" "), asked.place);
  }
  await shown.onMessage(answer.message, asked.place);
}

/** `asked.files` are those that the person dropped: the form that asks about them takes them along. */
function openForm(form, asked) {
  const me = session.me;
  askForm(form, {
    ctx: contextOf(asked.place),
    people: session.people,
    onClose: () => asked.opener?.isConnected && asked.opener.focus(),
    submit: async (submission) => {
      if (session.me !== me)
        return { failure: "Somebody else is acting now. Open the form again." };
      try {
        return await submit(submission, asked);
      } catch (error) {
        if (error instanceof Refused) return { failure: error.message };
        throw error;
      }
    },
  });
}

async function submit({ command, values, files, eventId }, asked) {
  const { place } = asked;
  const named = new Set(files.map(({ field }) => field));
  const all = [...files, ...asked.files.filter(({ field }) => !named.has(field))];
  const body = { ...place, command, values, eventId };
  const answer = all.length > 0 ? await bring(body, all) : await change("act", body);
  if (answer.kind === "errors") return { fields: answer.fields };
  if (answer.kind === "form") return { form: answer.form };
  await show(answer, asked);
  return null;
}
