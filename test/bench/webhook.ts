/** What it takes to verify a signed request, beside the digest alone. */
import { createHmac } from "node:crypto";
import type { Scheme } from "../../src/app/front-ports.ts";
import { SLACK_SCHEME } from "../../src/chat/slack/requests/verify.ts";
import { verifySignature } from "../../src/http/signature.ts";
import { signBody } from "../support/slack/driver/door.ts";
import { measure, type Result } from "./measure.ts";

const SECRET = "8f742231b10e4c88abcd99e5d07f85a5";
const AT = 1_772_366_400;
/** So many in one run: one alone is too short to measure. */
const MANY = 200;

export async function benchWebhook(): Promise<readonly Result[]> {
  const body = Buffer.from(`payload=${"x".repeat(3_000)}`);
  const headers: Readonly<Record<string, string>> = signBody(body, SECRET, String(AT));
  const scheme: Scheme = SLACK_SCHEME;
  const signed = { header: (name: string) => headers[name], body, now: new Date(AT * 1000) };
  const keys = [Buffer.from(SECRET)];
  const repeat = (work: () => unknown) => () => {
    for (let n = 0; n < MANY; n += 1) work();
  };
  const verify = (): void => {
    if (!verifySignature(scheme, keys, signed).ok) throw new Error("a good request was refused");
  };
  return [
    await measure({
      what: "webhook",
      ours: { name: `${MANY} requests of 3 KB verified`, run: repeat(verify) },
      peer: {
        name: "the digest alone",
        run: repeat(() => createHmac("sha256", SECRET).update(`v0:${AT}:`).update(body).digest()),
      },
      each: 50,
      goal: { ratio: 3 },
    }),
  ];
}
