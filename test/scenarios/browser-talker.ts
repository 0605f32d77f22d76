/** A person in front of the web chat's page: reads what is drawn, types, presses and fills in. */
import type { Locator } from "playwright-core";
import type { Form } from "../../src/messages/form.ts";
import type { ChatPage } from "../support/browser.ts";
import type { Filling } from "../support/slack/driver/fill.ts";
import type { Talker } from "./talker.ts";

/** The form that the page asks is read from the answer that it got, so that fields are known by their ids. */
export function browserTalker(chat: ChatPage, channel: string): Talker {
  const { page } = chat;
  let form: Form | null = null;
  page.on("response", (response) => {
    if (!/\/chat\/api\/(say|act|bring)$/.test(response.url())) return;
    response.json().then(
      (reply: { kind?: string; form?: Form }) => {
        if (reply.kind === "form" && reply.form) form = reply.form;
      },
      () => undefined,
    );
  });
  const dialog = (): Locator => page.locator("dialog[open]").last();
  const isAsked = async (): Promise<boolean> => (await page.locator("dialog[open]").count()) > 0;
  const settled = async (): Promise<void> => {
    await page.waitForLoadState("networkidle");
    if (!(await isAsked())) form = null;
  };
  const texts = async (): Promise<string> =>
    [
      ...(await page.locator("dialog[open]").allInnerTexts()),
      ...(await page.getByRole("main").allInnerTexts()),
    ].join("\n");

  const holds = (all: string, text: string | RegExp): boolean =>
    typeof text === "string" ? all.includes(text) : text.test(all);
  /** What stands where the person is, or in the place, when it holds the text before long. */
  const lookIn = async (place: string | null, text: string | RegExp): Promise<string | null> => {
    if (place !== null) await chat.goTo(place);
    for (let looks = 0; looks < 12; looks += 1) {
      const all = await texts();
      if (holds(all, text)) {
        if (place !== null && place !== channel) await chat.goTo(channel);
        return all;
      }
      await page.waitForTimeout(25);
    }
    return null;
  };

  return {
    command: async (text) => {
      if (await isAsked()) await dialog().getByRole("button", { name: "Cancel" }).click();
      await chat.say(text);
      await settled();
    },
    press: async (label) => {
      await chat.click(label);
      await settled();
    },
    submit: async (filling = {}) => {
      const asked = form;
      if (!asked) throw new Error(`no form is open:\n${(await texts()).slice(-600)}`);
      await fillDialog(dialog(), asked, filling);
      await chat.submit();
      await settled();
    },
    openHome: () => chat.goTo("Home"),
    dropFile: async () => {
      throw new Error("files are dropped in the tests of the page");
    },
    say: async () => {
      throw new Error("links are said in the stories of the web chat");
    },
    sees: async (text) => {
      const places = (await isAsked()) ? [null] : [channel, "Cleargate"];
      for (let look = 0; look < 20; look += 1) {
        const found = await lookIn(places[look % places.length] ?? null, text);
        if (found !== null) return found;
      }
      throw new Error(`nobody sees ${String(text)}:\n${(await texts()).slice(-1500)}`);
    },
    screen: texts,
    form: () => form?.title ?? null,
    fields: () => form?.fields.map(({ id }) => id) ?? [],
    errors: () => ({}),
    lastStatus: () => 200,
    repeat: async () => undefined,
  };
}

async function fillDialog(dialog: Locator, form: Form, filling: Filling): Promise<void> {
  const questions = dialog.locator(".question");
  for (const [id, given] of Object.entries(filling)) {
    const index = form.fields.findIndex((field) => field.id === id);
    const field = form.fields[index];
    if (!field) throw new Error(`the form has no field ${id}`);
    await fillQuestion(questions.nth(index), field.type, given);
  }
}

async function fillQuestion(
  question: Locator,
  type: Form["fields"][number]["type"],
  given: Filling[string],
): Promise<void> {
  const texts = (typeof given === "string" ? [given] : given).filter(
    (entry): entry is string => typeof entry === "string",
  );
  if (type === "file") {
    const files = (typeof given === "string" ? [] : given).flatMap((file) =>
      typeof file === "string"
        ? []
        : [
            {
              name: file.name,
              mimeType: "application/octet-stream",
              buffer: Buffer.from(file.content),
            },
          ],
    );
    return question.locator("input[type=file]").setInputFiles(files);
  }
  const select = question.locator("select");
  if ((await select.count()) > 0) {
    await select.selectOption(texts[0] ?? "");
    return;
  }
  if (type === "choice" || type === "multi") {
    for (const text of texts) await question.locator(`input[value="${text}"]`).check();
    return;
  }
  await question
    .locator("input, textarea")
    .first()
    .fill(texts[0] ?? "");
}
