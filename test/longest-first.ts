import { relative } from "node:path";
import type { TestSpecification } from "vitest/node";
import { BaseSequencer } from "vitest/node";
import { longest } from "./test-files.ts";

/** Begins with the files that take long: one that began last would be waited for while the other core has nothing to do. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId, project }: TestSpecification): number => {
      const found = longest.indexOf(relative(this.ctx.config.root, moduleId));
      if (found !== -1) return found;
      // A process that is shared ends where a file that has one of its own comes next.
      return project.config.isolate ? longest.length : longest.length + 1;
    };
    // oxlint-disable-next-line unicorn/no-array-sort -- Vitest's own order, of files.
    const usual = await super.sort(files);
    return usual.toSorted((a, b) => place(a) - place(b));
  }
}
