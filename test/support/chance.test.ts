import { afterEach, expect, it } from "vitest";
import { chanceOf, seedOf } from "./chance.ts";

const given = process.env.SEED;
afterEach(() => {
  if (given === undefined) delete process.env.SEED;
  else process.env.SEED = given;
});

const choices = () => Array.from({ length: 5 }, chanceOf(seedOf("the choices of this test")));

it("one number repeats every choice, another makes others, and no number is told so", () => {
  process.env.SEED = "123";
  const first = choices();
  const again = choices();
  process.env.SEED = "124";
  const others = choices();
  process.env.SEED = "tuesday";

  expect(again).toEqual(first);
  expect(first.every((one) => one >= 0 && one < 1 && !others.includes(one))).toBe(true);
  expect(new Set(first).size).toBe(first.length);
  expect(choices).toThrow("SEED is no whole number: tuesday");
});

it("without a number, what is judged alike each time begins at the usual one", () => {
  delete process.env.SEED;

  expect(seedOf("what is judged alike", 7)).toBe(7);
  expect(seedOf("what differs each time")).not.toBe(seedOf("what differs each time"));
});
