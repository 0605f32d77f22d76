/** What Teams sends, as far as it is read; everything in it is foreign until it has passed one of these shapes. */
import { z } from "zod";

const id = z.string().min(1).max(500);
const idOrNull = id.nullish().catch(null);

export const Attachment = z.object({
  contentType: z.string().max(200),
  contentUrl: z.string().max(4_000).nullish().catch(null),
  name: z.string().max(400).nullish().catch(null),
  content: z.unknown().optional(),
});
export type Attachment = z.infer<typeof Attachment>;

const Entity = z.object({
  type: z.string(),
  mentioned: z.object({ id }).nullish().catch(null),
  text: z.string().nullish().catch(null),
  timezone: z.string().max(100).nullish().catch(null),
});

/** One activity of any type; what only some types have is null where it is absent or odd. */
export const Activity = z.object({
  type: z.string().max(100),
  id: idOrNull,
  name: z.string().max(200).nullish().catch(null),
  serviceUrl: z.string().max(1_000),
  from: z.object({
    id,
    name: z.string().max(400).nullish().catch(null),
    aadObjectId: idOrNull,
    role: z.string().nullish().catch(null),
  }),
  recipient: z.object({ id, isTargeted: z.boolean().nullish().catch(null) }),
  conversation: z.object({
    id,
    conversationType: z.string().nullish().catch(null),
    isGroup: z.boolean().nullish().catch(null),
    tenantId: idOrNull,
  }),
  channelData: z
    .object({
      tenant: z.object({ id }).nullish().catch(null),
      channel: z.object({ id }).nullish().catch(null),
    })
    .nullish()
    .catch(null),
  text: z.string().nullish().catch(null),
  value: z.unknown().optional(),
  replyToId: idOrNull,
  localTimezone: z.string().max(100).nullish().catch(null),
  entities: z.array(Entity.nullable().catch(null)).nullish().catch(null),
  attachments: z.array(Attachment.nullable().catch(null)).nullish().catch(null),
  membersAdded: z.array(z.object({ id })).nullish().catch(null),
  membersRemoved: z.array(z.object({ id })).nullish().catch(null),
  action: z.string().max(100).nullish().catch(null),
});
export type Activity = z.infer<typeof Activity>;

/** The value of an `adaptiveCard/action` invoke. */
export const CardAction = z.object({
  action: z.object({ verb: z.string().nullish().catch(null), data: z.unknown().optional() }),
});

export const FILE_DOWNLOAD = "application/vnd.microsoft.teams.file.download.info";

/** The content of such an attachment. */
export const FileDownload = z.object({
  downloadUrl: z.string().min(1).max(4_000),
  uniqueId: id.nullish().catch(null),
  fileType: z.string().max(50).nullish().catch(null),
});

/** The value of a `fileConsent/invoke`. */
export const FileConsent = z.object({
  action: z.enum(["accept", "decline"]),
  context: z.unknown().optional(),
  uploadInfo: z
    .object({
      uploadUrl: z.string().max(4_000),
      contentUrl: z.string().max(4_000),
      name: z.string().max(400),
      uniqueId: id,
      fileType: z.string().max(50),
    })
    .nullish()
    .catch(null),
});
