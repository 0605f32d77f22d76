import { auditChannelChosen } from "../../messages/ledger/audit.ts";
import { recorded } from "../migrations/change.ts";
import type { UseCase } from "../ports.ts";
import { checkpointPost } from "./post.ts";

/** An administrator says where checkpoints are posted; the newest is posted at once. */
export const chooseAuditChannel: UseCase<"ChooseAuditChannel"> = async (context, { post }) => {
  const { deps, organisationId, person, place } = context;
  const isAdministrator = person.profile.kind === "member" && person.profile.isAdministrator;
  if (!isAdministrator) return { refused: "administrator_needed" };
  const channel = post === "here" && place.kind === "channel" ? place.channel : null;
  if (post === "here" && channel === null) return { refused: "channel_needed" };
  const done = await deps.store.write(organisationId, context.eventKey, async (writing) => {
    await writing.record(recorded(context, [{ type: "AuditChannelChosen", channel }]));
    const { checkpoint } = await writing.ledger();
    if (channel && checkpoint) {
      const key = `checkpoint:${checkpoint.id}:${channel.channelId}`;
      await writing.deliver([checkpointPost(channel, checkpoint, key)]);
    }
    return "done";
  });
  if (done === "repeated") return { refused: "already_done" };
  return { kind: "show", message: auditChannelChosen(post) };
};
