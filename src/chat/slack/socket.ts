/** Socket Mode: envelopes over a WebSocket instead of requests, for the same handlers. */
import { type App, type ReceiverEvent, SocketModeReceiver } from "@slack/bolt";
import { within } from "../../app/conversation/within.ts";
import type { Log } from "../../app/ports.ts";
import { quietLogger } from "./api/clients.ts";

import type { Dispatch } from "./requests/dispatch.ts";

export interface SocketOptions {
  readonly appToken: string;
  readonly apiUrl: string;
  readonly dispatch: Dispatch;
  readonly log: Log;
}

export interface Socket {
  start(): Promise<void>;
  stop(): Promise<void>;
}

const CONNECT_MS = 10_000;

export function createSocket(options: SocketOptions): Socket {
  const { appToken, apiUrl, dispatch, log } = options;
  const receiver = new SocketModeReceiver({
    appToken,
    logger: quietLogger(log),
    installerOptions: { clientOptions: { slackApiUrl: apiUrl, allowAbsoluteUrls: false } },
  });
  receiver.init(withOurDelivery(dispatch));
  return {
    async start() {
      const connected = receiver.start().then(
        () => log.info("slack_socket_connected", { provider: "slack" }),
        (error: unknown) => log.error("slack_socket_failed", { provider: "slack", error }),
      );
      const answer = await within(connected, CONNECT_MS);
      if (answer === "late") log.warn("slack_socket_waiting", { provider: "slack" });
    },
    async stop() {
      await within(Promise.resolve(receiver.stop()), CONNECT_MS);
    },
  };
}

/** The receiver knows one thing about its app: that it takes events. What failed is not acknowledged. */
function withOurDelivery({ app, deliver }: Dispatch): App {
  const processEvent = async (event: ReceiverEvent): Promise<void> => {
    const delivered = await deliver(event);
    if (!delivered.ok) return;
    await (delivered.answer === null ? event.ack() : event.ack(delivered.answer));
  };
  return new Proxy(app, {
    get: (target, key) => (key === "processEvent" ? processEvent : Reflect.get(target, key)),
  });
}
