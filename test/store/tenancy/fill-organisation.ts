/** An organisation with a row in every table that people's work fills. */
import { randomUUID } from "node:crypto";
import { RequestId, Sha256 } from "../../../src/domain/ids.ts";
import { openWebChatStore } from "../../../src/store/web-chat.ts";
import type { TestStore } from "../../support/database.ts";
import { actorOf, aMigration, aPerson, NOW, type Office, record } from "../../support/people.ts";
import { factsOf } from "../record-facts.ts";

export async function fillOrganisation(given: Pick<TestStore, "store" | "appUrl">, office: Office) {
  const { store, appUrl } = given;
  const { organisationId, workspaceId } = office;
  const dana = await aPerson(store, office, { name: "Dana Reyes", roles: ["it_ops_lead"] });
  const omar = await aPerson(store, office, { name: "Omar Haddad" });
  const channel = { surface: "slack", workspaceId, channelId: "C1" } as const;
  const id = await aMigration(store, dana, { channel });
  const of = factsOf(id);
  const by = { organisationId, actor: actorOf(dana), at: NOW };
  const request = of.request({ requestId: RequestId.parse(randomUUID()) });
  await record(
    store,
    by,
    [of.answer(), of.evidence(), of.attestation(), request],
    async (writing) => {
      const message = { headline: `For ${organisationId}` };
      await writing.deliver([
        { lane: "interactive", to: { kind: "channel", channel }, message, key: `card:${id}` },
      ]);
    },
  );
  await record(store, { ...by, actor: actorOf(omar) }, [
    of.sign(omar),
    of.token(Sha256.parse(randomUUID().replaceAll("-", "").repeat(2)), "2026-03-02T10:00:00.000Z"),
  ]);
  await store.write(organisationId, `event-${organisationId}`, async () => "done");
  await store.ledger.sealAll(organisationId);
  await record(store, by, [
    { type: "GateChecked", migrationId: id, stage: 3, verdict: "blocked", unsatisfied: [] },
  ]);
  const chat = openWebChatStore({ appUrl, organisationId });
  await chat.addChannels(
    [{ channelId: "general", name: "general", kind: "channel", ownerId: null }],
    new Date(),
  );
  await chat.close();
  return { dana, omar, id, requestId: request.requestId };
}
