/** What somebody hears in whose workspace the app is not installed: an answer to the request itself, and no post. */
import { z } from "zod";
import type { Log } from "../../../app/ports.ts";
import type { Message } from "../../../messages/message.ts";
import { renderNotice } from "../render-form.ts";
import { renderMessage } from "../render-message.ts";
import { tellByAddress } from "../requests/answer.ts";
import type { Ack } from "../requests/command.ts";

export interface TurningAway {
  readonly log: Log;
  readonly apiUrl: string;
}

export function notInstalled(installUrl: string): Message {
  return {
    headline: "Cleargate is not installed in this workspace. Nothing was changed.",
    tone: "attention",
    sections: [
      {
        lines: [
          [
            "Somebody who may add apps to the workspace opens ",
            { link: installUrl, text: installUrl },
            " and adds it.",
          ],
        ],
      },
    ],
  };
}

const Request = z.looseObject({
  command: z.string().optional().catch(undefined),
  type: z.string().optional().catch(undefined),
  response_url: z.string().nullish().catch(null),
});

/** Says it in the answer, or where Slack gave an address for one. An event has nobody to tell. */
export async function turnAway(
  turning: TurningAway,
  request: { readonly body: unknown; readonly message: Message },
  ack: Ack,
): Promise<void> {
  const { body, message } = request;
  const { command, type, response_url: address } = Request.parse(body);
  turning.log.warn("slack_not_installed", { provider: "slack" });
  if (command !== undefined) return ack({ response_type: "ephemeral", ...renderMessage(message) });
  if (type === "view_submission")
    return ack({ response_action: "update", view: renderNotice(message) });
  await ack();
  if (type === "block_actions")
    await tellByAddress(turning, address ?? null, renderMessage(message));
}
