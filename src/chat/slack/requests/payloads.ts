/** What Slack sends, as far as it is read; everything in it is foreign until it has passed one of these shapes. */
import { z } from "zod";

const id = z.string().min(1).max(255);
const idOrNull = id.nullish().catch(null);
const team = z.object({ id }).nullish().catch(null);

const user = z.object({ id, team_id: idOrNull });

export const SlashCommand = z.object({
  command: z.string().max(100),
  text: z.string().default(""),
  user_id: id,
  team_id: idOrNull,
  enterprise_id: idOrNull,
  channel_id: idOrNull,
  trigger_id: idOrNull,
  response_url: z.string().nullish().catch(null),
});
export type SlashCommand = z.infer<typeof SlashCommand>;

const View = z.object({
  id,
  type: z.string().catch("modal"),
  callback_id: z.string().nullish().catch(null),
  private_metadata: z.string().nullish().catch(null),
  root_view_id: idOrNull,
  previous_view_id: idOrNull,
});

const Action = z.object({
  action_id: z.string(),
  type: z.string().catch(""),
  value: z.string().nullish().catch(null),
  url: z.string().nullish().catch(null),
  selected_option: z.object({ value: z.string() }).nullish().catch(null),
});
export type Action = z.infer<typeof Action>;

export const Click = z.object({
  user,
  team,
  enterprise: team,
  trigger_id: idOrNull,
  response_url: z.string().nullish().catch(null),
  channel: team,
  message: z.object({ thread_ts: z.string().nullish() }).nullish().catch(null),
  container: z.object({ thread_ts: z.string().nullish() }).nullish().catch(null),
  view: View.nullish().catch(null),
  /** Slack sends exactly one; anything else is not from a person's click. */
  actions: z.array(Action).length(1).nullable().catch(null),
});
export type Click = z.infer<typeof Click>;

const FileRef = z.object({ id });
const StateEntry = z.object({
  type: z.string(),
  value: z.string().nullish(),
  selected_option: z.object({ value: z.string() }).nullish(),
  selected_options: z.array(z.object({ value: z.string() })).nullish(),
  selected_date: z.string().nullish(),
  selected_user: z.string().nullish(),
  files: z.array(FileRef).nullish(),
});
export type StateEntry = z.infer<typeof StateEntry>;

const SubmittedBlock = z.object({
  type: z.string(),
  block_id: z.string(),
  element: z.object({ type: z.string() }).nullish().catch(null),
});

export const Submission = z.object({
  user,
  team,
  enterprise: team,
  trigger_id: idOrNull,
  view: View.extend({
    hash: z.string().nullish().catch(null),
    state: z.object({
      values: z.record(z.string(), z.record(z.string(), StateEntry)),
    }),
    blocks: z.array(SubmittedBlock.nullable().catch(null)).catch([]),
  }),
});
export type Submission = z.infer<typeof Submission>;

export const SlackFile = z.object({
  id,
  name: z.string().nullish(),
  mimetype: z.string().nullish(),
  size: z.number().int().nonnegative().nullish().catch(null),
  url_private: z.string().nullish(),
  permalink: z.string().nullish(),
});
export type SlackFile = z.infer<typeof SlackFile>;

const authorization = z.object({ team_id: idOrNull, enterprise_id: idOrNull });

const envelope = {
  event_id: id,
  team_id: idOrNull,
  enterprise_id: idOrNull,
  authorizations: z.array(authorization).nullish().catch(null),
};

export const HomeOpened = z.object({
  ...envelope,
  event: z.object({ user: id, tab: z.string().nullish() }),
});

/** A message, of which only files and links are of interest; the rest of its text is read past. */
export const MessageSaid = z.object({
  ...envelope,
  event: z.object({
    subtype: z.string().nullish(),
    user: idOrNull,
    user_team: idOrNull,
    bot_id: idOrNull,
    app_id: idOrNull,
    channel: id,
    thread_ts: z.string().nullish(),
    /** Who wrote the message that the thread is about. */
    parent_user_id: idOrNull,
    root: z.object({ user: id }).nullish().catch(null),
    text: z.string().nullish().catch(null),
    files: z.array(SlackFile).nullish().catch(null),
  }),
});
export type MessageSaid = z.infer<typeof MessageSaid>;
