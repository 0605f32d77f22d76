/** A person's own page, as a card in the chat with the bot. */
import type { Home } from "../../messages/message.ts";
import {
  homeAsMessage,
  type RenderedMessage,
  type RenderOptions,
  renderMessage,
} from "./render-message.ts";

export function renderHome(home: Home, options: RenderOptions = {}): RenderedMessage {
  return renderMessage(homeAsMessage(home), options);
}
