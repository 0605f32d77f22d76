/** A person in the local web chat, through the same HTTP requests that its page sends. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { Command } from "../../src/domain/command.ts";
import type { Form } from "../../src/messages/form.ts";
import type { Home, Message, Section } from "../../src/messages/message.ts";
import { type Carried, fillForm, parcel } from "./fill-form.ts";
import { buttonsOf, readMessage, readSections } from "./read-message.ts";
import type { Talker } from "./talker.ts";

interface WebTalkerOptions {
  /** Such as `http://127.0.0.1:4321`. */
  readonly origin: string;
  readonly userId: string;
  readonly channel: string;
}

const Reply = z.looseObject({ kind: z.string().optional() });
type Reply = z.infer<typeof Reply>;

interface Screen {
  form: Form | null;
  home: Home | null;
  errors: Readonly<Record<string, string>>;
  status: number;
  last: (() => Promise<void>) | null;
}

export function webTalker({ origin, userId, channel }: WebTalkerOptions): Talker {
  const screen: Screen = { form: null, home: null, errors: {}, status: 0, last: null };
  const headers = { "x-cleargate-chat": "1", origin };

  async function post(path: string, body: object, files: readonly Carried[] = []): Promise<void> {
    const request = async (): Promise<void> => {
      const response = await fetch(`${origin}/chat/api/${files.length > 0 ? "bring" : path}`, {
        method: "POST",
        headers: {
          ...headers,
          "content-type":
            files.length > 0 ? "application/vnd.cleargate.upload" : "application/json",
        },
        body: files.length > 0 ? parcel(body, files) : JSON.stringify(body),
      });
      screen.status = response.status;
      const reply = Reply.parse(await response.json());
      if (!response.ok) throw new Error(`${response.status}: ${String(reply.error)}`);
      take(reply);
    };
    screen.last = request;
    await request();
  }

  function take(reply: Reply): void {
    screen.errors = {};
    if (reply.kind === "form") screen.form = reply.form as Form;
    else if (reply.kind === "errors") screen.errors = reply.fields as Record<string, string>;
    else screen.form = null;
    if (reply.kind === "home") screen.home = reply.home as Home;
  }

  async function messages(): Promise<
    readonly { readonly order: number; readonly message: Message }[]
  > {
    const all = await Promise.all(
      [channel, `direct-${userId}`].map(async (id) => {
        const seen: { order: number; message: Message }[] = [];
        for (const thread of [null, ...(await threadsOf(id))]) {
          seen.push(...(await readChannel(id, thread)));
        }
        return seen;
      }),
    );
    return all.flat().toSorted((a, b) => b.order - a.order);
  }

  const Listed = z.object({
    messages: z.array(
      z.looseObject({
        ref: z.string(),
        order: z.number(),
        author: z.string().nullable(),
        replies: z.number(),
        content: z.looseObject({ kind: z.string() }),
      }),
    ),
  });

  async function list(id: string, thread: string | null) {
    const query = new URLSearchParams({ as: userId, channel: id, ...(thread ? { thread } : {}) });
    const response = await fetch(`${origin}/chat/api/messages?${query}`, { headers });
    if (response.status === 404) return [];
    return Listed.parse(await response.json()).messages;
  }

  async function threadsOf(id: string): Promise<readonly string[]> {
    const top = await list(id, null);
    return top.filter(({ replies }) => replies > 0).map(({ ref }) => ref);
  }

  async function readChannel(id: string, thread: string | null) {
    return (await list(id, thread)).map(({ order, content }) => ({
      order,
      message:
        content.kind === "text" ? { headline: String(content.text) } : (content.message as Message),
    }));
  }

  /** The product's newest message in the channel that holds the text. */
  async function threadBeside(beside: string | RegExp): Promise<string> {
    const top = await list(channel, null);
    const root = top.findLast(
      ({ author, content }) => author === null && JSON.stringify(content).match(beside),
    );
    if (!root) throw new Error(`the product said nothing like ${String(beside)} in the channel`);
    return root.ref;
  }

  /** The form that is open, else every message newest first, then the home. */
  async function shown(): Promise<readonly (readonly Section[])[]> {
    if (screen.form) return [screen.form.intro ?? []];
    const said = (await messages()).map(({ message }) => message.sections ?? []);
    return screen.home ? [...said, screen.home.sections] : said;
  }

  async function commandOf(label: string | RegExp): Promise<unknown> {
    const matches = (text: string): boolean =>
      typeof label === "string" ? text === label : label.test(text);
    const buttons = (await shown()).flatMap(buttonsOf);
    const found = buttons.find((button) => matches(button.label));
    if (found) return found.command;
    const known = buttons.map((button) => button.label).slice(0, 40);
    throw new Error(`${userId} sees no ${String(label)}; there is: ${known.join(" | ")}`);
  }

  const place = { as: userId, channel };
  const talker: Talker = {
    command: (text) => post("say", { ...place, text, eventId: randomUUID() }),
    press: async (label) => {
      const command = Command.parse(await commandOf(label));
      await post("act", { ...place, command, eventId: randomUUID() });
    },
    submit: async (filling = {}) => {
      const { form } = screen;
      if (!form) {
        const [newest = "nothing"] = await everything();
        throw new Error(`${userId} has no form open, but sees:\n${newest}`);
      }
      const { values, files } = fillForm(form, filling);
      const body = { ...place, command: form.command, values, eventId: randomUUID() };
      await post("act", body, files);
    },
    openHome: () =>
      post("act", {
        as: userId,
        channel: null,
        command: { type: "OpenHome" },
        eventId: randomUUID(),
      }),
    say: async (text, beside) => {
      const thread = beside === undefined ? {} : { thread: await threadBeside(beside) };
      await post("say", { ...place, ...thread, text, eventId: randomUUID() });
    },
    dropFile: (file) => {
      const head = { ...place, command: { type: "AttachFiles" }, eventId: randomUUID() };
      return post("bring", head, [{ field: "files", file }]);
    },
    sees: async (text) => {
      const until = Date.now() + 8_000;
      for (;;) {
        const all = await everything();
        const found = all.find((one) =>
          typeof text === "string" ? one.includes(text) : text.test(one),
        );
        if (found !== undefined) return found;
        if (Date.now() > until) {
          throw new Error(
            `${userId} does not see ${String(text)}; what there is:\n${all.slice(0, 8).join("\n---\n")}`,
          );
        }
        await new Promise((resolve) => setTimeout(resolve, 40));
      }
    },
    screen: async () => (await everything()).join("\n---\n"),
    form: () => (screen.form ? readForm(screen.form) : null),
    fields: () => screen.form?.fields.map(({ id }) => id) ?? [],
    errors: () => screen.errors,
    lastStatus: () => screen.status,
    repeat: async () => screen.last?.(),
  };

  async function everything(): Promise<readonly string[]> {
    const shown = (await messages()).map(({ message }) => readMessage(message));
    return [
      ...(screen.form ? [readForm(screen.form)] : []),
      ...(screen.home ? [`${screen.home.headline}\n${readSections(screen.home.sections)}`] : []),
      ...shown,
    ];
  }
  return talker;
}

function readForm(form: Form): string {
  const fields = form.fields.map(({ label }) => label).join("\n");
  return `${form.title}\n${readSections(form.intro ?? [])}\n${fields}\n[${form.submit}]`;
}
