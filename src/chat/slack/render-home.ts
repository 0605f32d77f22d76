/** A person's home tab. */
import type { types } from "@slack/bolt";
import type { Home } from "../../messages/message.ts";
import { homeAsMessage, renderMessage } from "./render-message.ts";

export function renderHome(home: Home): types.HomeView {
  const { blocks } = renderMessage(homeAsMessage(home), { surface: "home" });
  return { type: "home", blocks };
}
