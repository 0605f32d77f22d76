/** The order of the test files: those that take long begin first, so that no worker waits for another at the end. */
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** By what their files are about, the longest first. */
const LONG = [
  /scenarios\/surfaces/,
  /scenarios\//,
  /faults\//,
  /cli\//,
  /store\/embedded/,
  /web\//,
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const place = ({ moduleId }: TestSpecification): number => {
      const found = LONG.findIndex((about) => about.test(moduleId));
      return found < 0 ? LONG.length : found;
    };
    return sorted.toSorted((one, other) => place(one) - place(other));
  }
}
