/** Links that a person said beside a message of ours: shall they become evidence? Only that person is asked. */
import { hostOf, type SortedLinks } from "../../domain/evidence/links.ts";
import type { MigrationId } from "../../domain/ids.ts";
import type { Message, Text } from "../message.ts";
import { counted, listed, short } from "../wording.ts";

/** The offer, or why none can be made; null when nothing that was said is worth a word. */
export function linksOffer(links: SortedLinks, migration: MigrationId | undefined): Message | null {
  const { offered } = links;
  const left = leftOut(links);
  if (offered.length === 0) return left.length === 0 ? null : noOffer(left, migration);
  return {
    headline: question(offered),
    sections: [
      {
        lines: [
          ...left,
          "As evidence I keep a link and its name, and nothing else of the message.",
        ],
        actions: [
          {
            label: "Choose where",
            style: "primary",
            command: { type: "AttachLinks", migration, links: [...offered] },
          },
        ],
      },
    ],
  };
}

const HOSTS_NAMED = 3;

function question(offered: readonly string[]): string {
  const hosts = [...new Set(offered.map((link) => short(hostOf(link), 80)))];
  const others = hosts.length - HOSTS_NAMED;
  const names =
    others > 0 ? [...hosts.slice(0, HOSTS_NAMED), counted(others, "other host")] : hosts;
  const what = offered.length === 1 ? "this link" : `these ${offered.length} links`;
  return `Keep ${what} to ${listed(names, "and")} as evidence?`;
}

function noOffer(lines: readonly Text[], migration: MigrationId | undefined): Message {
  return {
    headline: "This cannot be kept as evidence as it is.",
    tone: "attention",
    sections: [
      { lines, actions: [{ label: "Add evidence", command: { type: "AddEvidence", migration } }] },
    ],
  };
}

/** What is not offered, counted with the reason; the links themselves are not repeated. */
function leftOut({ more, tooLong, withPassword, sensitive }: SortedLinks): readonly Text[] {
  const said: readonly (readonly [number, string])[] = [
    [more, "has no room here: say it in another message."],
    [tooLong, "is too long for this: give it with “Add evidence”."],
    [withPassword, "has a user name or password in it: remove that first."],
    [sensitive, "holds what may not be kept here, such as a card number or a key."],
  ];
  return said
    .filter(([count]) => count > 0)
    .map(
      ([count, why]) =>
        `Left out: ${counted(count, "link")}. ${count === 1 ? "It" : "Each"} ${why}`,
    );
}
