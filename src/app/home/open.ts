import { whoMaySign } from "../../domain/sign-offs/exceptions.ts";
import { channelHome, homePage, type QueueEntry } from "../../messages/home.ts";
import { channelWithoutMigration } from "../../messages/start.ts";
import { gatesOf, loadOpenViews, loadView } from "../migrations/load-view.ts";
import type { Context, Reading, UseCase } from "../ports.ts";
import { meaningInForce } from "../sign-offs/review.ts";

/** `/compliance` alone, or the home tab: what this channel is about, or what waits for this person. */
export const openHome: UseCase<"OpenHome"> = (context) =>
  context.deps.store.read(context.person.organisationId, async (reading) => {
    const { channel, kind } = context.place;
    if (kind !== "channel" || !channel)
      return { kind: "home", home: await queue(context, reading) };
    const moment = { workflows: context.deps.workflows, now: context.now };
    const id = await reading.migrationOfChannel(channel);
    const loaded = id ? await loadView(reading, id, moment) : null;
    if (!loaded) {
      const open = await reading.migrations({ state: "open" });
      return { kind: "show", message: channelWithoutMigration(open) };
    }
    const gates = gatesOf(loaded.input);
    return { kind: "show", message: channelHome(loaded.view, gates, context.person) };
  });

/** The person's queue over all open migrations of the organisation. */
export async function queue(context: Context, reading: Reading) {
  const moment = { workflows: context.deps.workflows, now: context.now };
  const loaded = await loadOpenViews(reading, moment);
  const entries = loaded.flatMap(({ view }) =>
    view.requirements.map((requirement) => ({
      view,
      requirement,
      request: requirement.openRequest,
    })),
  );
  const { kind, isAdministrator } = context.person.profile;
  const mayKnow = kind === "member" && isAdministrator;
  return homePage({
    person: context.person,
    undelivered: mayKnow ? await reading.countDeadLetters() : 0,
    overdue: entries.filter((entry) => isOverdueForMe(context, entry)),
    waitingForMe: entries.filter(
      (entry) => waitsForMe(context, entry) || isRejectedForMe(context, entry),
    ),
    iWaitOn: entries.filter(({ request }) => request?.by.personId === context.person.id),
    migrations: loaded
      .filter(({ view }) => isMine(context, view))
      .map(({ view, input }) => ({ view, gates: gatesOf(input) })),
  });
}

function isMine(context: Context, view: QueueEntry["view"]): boolean {
  const touched = view.record.items.some(({ answers, requests, signOffs }) =>
    [
      ...answers.map(({ by }) => by.personId),
      ...requests.map(({ by }) => by.personId),
      ...signOffs.map(({ signer }) => signer.personId),
    ].includes(context.person.id),
  );
  return touched || view.record.openedBy?.personId === context.person.id;
}

function isOverdueForMe(context: Context, { view, requirement }: QueueEntry): boolean {
  const { dueOn, late } = requirement.leadTime;
  const overdue = late || (dueOn !== null && dueOn < view.today);
  return overdue && !requirement.satisfied && isMine(context, view);
}

/** Who answered it or asked for the signature has to mend it. */
function isRejectedForMe(context: Context, { requirement }: QueueEntry): boolean {
  const { answers, requests } = requirement.item;
  const asked = requests.at(-1);
  return (
    requirement.state === "rejected" &&
    [...answers, ...(asked ? [asked] : [])].some(({ by }) => by.personId === context.person.id)
  );
}

function waitsForMe(context: Context, { view, requirement, request }: QueueEntry): boolean {
  if (!request || request.by.personId === context.person.id) return false;
  const roles = whoMaySign(view, requirement, meaningInForce(requirement));
  return roles.some((role) => role !== "member" && context.person.roles.includes(role));
}
