/** Codes for one use that a person has shown on one account and types on another: issued, tried, counted. */
import type { Instant, Sha256 } from "../../domain/ids.ts";
import {
  CODE_SECONDS,
  type LinkCode,
  TRIES_MAX,
  TRIES_SECONDS,
  writeLinkCode,
} from "../../domain/people/linking.ts";
import type { Person } from "../../domain/people/person.ts";
import type { Refusal } from "../../domain/refusal.ts";
import { plusSeconds } from "../../domain/time/day.ts";
import { isStillGood } from "../../domain/time/lifetime.ts";
import type { Message } from "../../messages/message.ts";
import { recorded } from "../migrations/change.ts";
import type { Context, Delivery, Writing } from "../ports.ts";

/** Only its hash is stored; the code itself is shown once, to this person alone. */
export async function issueCode(
  context: Context,
  kind: { readonly hash: (code: string) => Sha256; readonly purpose?: "join" },
): Promise<{ readonly code: string; readonly expiresAt: Instant } | Refusal> {
  const { deps, person, now } = context;
  const { hash, ...purpose } = kind;
  const code = writeLinkCode(deps.newSecret());
  const expiresAt = plusSeconds(now, CODE_SECONDS);
  const done = await deps.store.write(person.organisationId, context.eventKey, (writing) =>
    writing.record(
      recorded(context, [
        {
          type: "LinkCodeIssued",
          personId: person.id,
          identity: person.identity,
          codeHash: hash(code),
          expiresAt,
          ...purpose,
        },
      ]),
    ),
  );
  return done === "repeated" ? { refused: "already_done" } : { code, expiresAt };
}

/** Holds the person's tries. Null: they may try another code. */
export async function refuseTries(
  { person, now }: Context,
  writing: Writing,
): Promise<Refusal | null> {
  const since = plusSeconds(now, -TRIES_SECONDS);
  const tries = await writing.holdLinkTries({ person: person.id, since });
  const [oldest] = tries.slice(-TRIES_MAX);
  if (oldest === undefined || tries.length < TRIES_MAX) return null;
  const seconds = TRIES_SECONDS - (Date.parse(now) - Date.parse(oldest)) / 1000;
  return { refused: "link_tried_too_often", minutes: Math.max(1, Math.ceil(seconds / 60)) };
}

export async function noteMiss(context: Context, writing: Writing): Promise<void> {
  const { person } = context;
  await writing.record(recorded(context, [{ type: "LinkCodeMistyped", personId: person.id }]));
}

export function isGoodCode(
  code: LinkCode | null,
  purpose: LinkCode["purpose"],
  now: Instant,
): code is LinkCode {
  if (code === null || code.purpose !== purpose || code.isSpent) return false;
  return isStillGood({ expiresAt: code.expiresAt, lifetimeSeconds: CODE_SECONDS }, now);
}

/** Everybody who administers a workspace, apart from whoever did it. */
export async function tellAdministrators(
  writing: Writing,
  by: Pick<Person, "id">,
  message: Message,
): Promise<readonly Delivery[]> {
  const people = await writing.people();
  return people
    .filter(({ id, kind, profile }) => kind === "member" && profile.isAdministrator && id !== by.id)
    .map(({ id }) => ({ lane: "interactive", to: { kind: "person", personId: id }, message }));
}
