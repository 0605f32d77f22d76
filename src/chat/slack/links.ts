/** Links as Slack writes them into a message: `<https://host/path|label>`. What people type is escaped by Slack. */

/** The targets, in the order in which they stand; a label is what somebody wrote over a link and proves nothing. */
export function readSlackLinks(text: string): readonly string[] {
  return [...text.matchAll(/<(https:\/\/[^<>|\s]+)(?:\|[^<>]*)?>/giu)].map(([, target = ""]) =>
    unescapeText(target),
  );
}

/** Slack encodes these three characters. */
function unescapeText(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** Said to somebody: a mention of the user stands in the text. */
export function isMentioned(text: string, userId: string): boolean {
  return text.includes(`<@${userId}>`) || text.includes(`<@${userId}|`);
}
