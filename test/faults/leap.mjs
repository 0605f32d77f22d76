/**
 * Loaded before a program: its wall clock stands as many milliseconds ahead as the file LEAP_FILE says at that moment.
 * Timers and `performance.now()` go on as before.
 */
import { readFileSync } from "node:fs";

const Real = Date;
const now = () => Real.now() + Number(readFileSync(process.env.LEAP_FILE ?? "", "utf8"));

globalThis.Date = new Proxy(Real, {
  construct: (target, words, made) =>
    Reflect.construct(target, words.length === 0 ? [now()] : words, made),
  apply: () => new Real(now()).toString(),
  get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
});
