/** Keeps unsigned requests from taking everything: so many at once, and so many a second from one address. */
import type { RequestHandler, Response } from "express";
import { createBuckets } from "../app/buckets.ts";
import type { Rate } from "../app/front-ports.ts";
import { addressOf } from "./address.ts";
import { createAdmission } from "./admission.ts";

export interface LoadOptions {
  /** Requests whose answer has not begun. */
  readonly placesMax?: number;
  /** Of one address; absent: as often as it likes. */
  readonly perAddress?: Rate;
  readonly proxyHops?: number;
  readonly clock?: () => Date;
}

const PLACES_MAX = 256;

/** A quick 429 or 503 with the time to wait, before anything is read. */
export function guardLoad(options: LoadOptions): RequestHandler {
  const { placesMax = PLACES_MAX, perAddress, proxyHops = 0 } = options;
  const clock = options.clock ?? (() => new Date());
  const admission = createAdmission(placesMax);
  const buckets = perAddress && createBuckets(perAddress, clock);
  return (request, response, next) => {
    const wait = buckets?.take(addressOf(request, proxyHops)) ?? 0;
    if (wait > 0) return turnAway(response, 429, wait);
    const leave = admission.enter();
    if (!leave) return turnAway(response, 503, 1);
    onAnswer(response, leave);
    next();
  };
}

function turnAway(response: Response, status: number, seconds: number): void {
  response.status(status).set("Retry-After", String(seconds));
  response.json({ error: `There is too much to do at the moment. Try again in ${seconds} s.` });
}

/** A live stream goes on for hours after its headers; it is no work that waits. */
function onAnswer(response: Response, leave: () => void): void {
  const { writeHead } = response;
  response.writeHead = (...given: unknown[]): Response => {
    leave();
    return Reflect.apply(writeHead, response, given);
  };
  response.once("close", leave);
}
