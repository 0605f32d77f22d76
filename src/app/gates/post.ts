/** A gate's message in the migration's channel: one for each stage, edited in place. */
import { hashOf } from "../../domain/audit/canonical.ts";
import type { GateVerdict } from "../../domain/gates/verdict.ts";
import { gateMessage } from "../../messages/gate.ts";
import type { Loaded } from "../migrations/load-view.ts";
import type { Delivery } from "../ports.ts";

/** The gate's living message in the migration's channel. */
export function gatePost(verdict: GateVerdict, { view }: Loaded): readonly Delivery[] {
  const [channel] = view.record.channels;
  if (!channel) return [];
  return [
    {
      lane: "interactive",
      to: { kind: "channel", channel },
      key: gateKey(view.record.id, verdict.stage),
      message: gateMessage(verdict, view),
      digest: verdictDigest(verdict),
    },
  ];
}

export function gateKey(migration: string, stage: 3 | 5): string {
  return `gate:${migration}:${stage}`;
}

/** What a verdict says apart from its time: the gate's message is edited when this changes. */
export function verdictDigest(verdict: GateVerdict): string {
  const { at: _, ...rest } = verdict;
  return hashOf(JSON.parse(JSON.stringify(rest)));
}
