/** A small conversation: each command has its own kind of answer. */
import { createHash } from "node:crypto";
import type { Inbound, Reply } from "../../../src/app/ports.ts";
import type { Upload } from "../../../src/messages/form.ts";
import type { Message } from "../../../src/messages/message.ts";
import {
  datesForm,
  filesForm,
  gateMessage,
  home,
  hostileMessage,
  refusalMessage,
  statusMessage,
} from "./samples.ts";

const show = (message: Message): Reply => ({ kind: "show", message });
const say = (headline: string): Reply => show({ headline });

const WORDS: Readonly<Record<string, Reply>> = {
  status: show(statusMessage),
  "gate 3": show(gateMessage),
  sign: show(refusalMessage),
  hostile: show(hostileMessage),
  dates: { kind: "form", form: datesForm },
  home: { kind: "home", home },
};

export async function play(inbound: Inbound): Promise<Reply> {
  const { command, identity } = inbound;
  if (command.type === "Text") return WORDS[command.text] ?? say(`You said: ${command.text}`);
  switch (command.type) {
    case "OpenHome":
      return { kind: "home", home };
    case "EditDates":
      return { kind: "form", form: datesForm };
    case "SaveDates":
      return saveDates(inbound);
    case "AttachFiles":
      return inbound.values.slot
        ? show(await hashFiles(inbound))
        : { kind: "form", form: filesForm };
    case "CheckGate":
      return show(gateMessage);
    default:
      return say(`${command.type} by ${identity.userId}`);
  }
}

function saveDates({ values }: Inbound): Reply {
  if (Number(values.retention) >= 72) return say(`Saved: ${JSON.stringify(values)}`);
  return {
    kind: "errors",
    fields: { retention: "Retention has at least 72 months.", note: "A short note is needed." },
  };
}

function isUpload(value: unknown): value is Upload {
  return typeof value === "object" && value !== null && "read" in value;
}

async function hashFiles({ values }: Inbound): Promise<Message> {
  const lines: string[] = [];
  for (const file of [values.files ?? []].flat().filter(isUpload)) {
    const hash = createHash("sha256");
    for await (const chunk of file.read()) hash.update(chunk);
    lines.push(`${file.name}, ${file.bytes} bytes, ${hash.digest("hex")}`);
  }
  return { headline: `Attached ${lines.length} to ${String(values.slot)}`, sections: [{ lines }] };
}
