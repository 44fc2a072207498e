import { relative } from "node:path";
import type { TestSpecification } from "vitest/node";
import { BaseSequencer } from "vitest/node";

/** Those that take longest, by what they take of two cores. A machine that runs them for the first time knows no better. */
const longest: string[] = [
  "test/faults/planted-bugs.test.ts",
  "test/faults/seeds.test.ts",
  "test/client-faults/planted-client-bugs.test.ts",
  "test/client-faults/seeds.test.ts",
  "test/house/fresh-clone.test.ts",
  "test/client-sdk/package/types.test.ts",
  "test/disk/planted-faults.test.ts",
  "test/disk/failing-checkpoints.test.ts",
  "test/disk/crash-images.test.ts",
  "test/house/operating.test.ts",
  "test/fronts/dev-server.test.ts",
  "test/fronts/fronts.test.ts",
  "test/cli/backup-and-restore.test.ts",
  "test/cli/refused-starts.test.ts",
  "test/db/sqlite/copies/restore.test.ts",
  "test/cli/launch.test.ts",
  "test/house/readme.test.ts",
  "test/client-sdk/package/consumers.test.ts",
  "test/client-sdk/pack-and-consume.test.ts",
  "test/bench/bench.test.ts",
  "test/attacks/attacks.test.ts",
  "test/cli/starting.test.ts",
  "test/cli/log-destination.test.ts",
  "test/disk/killed-copies.test.ts",
  "test/disk/failing-start.test.ts",
  "test/disk/injected-failures.test.ts",
  "test/client-sdk/chat/restart.test.ts",
  "test/client-sdk/chat/tabs.test.ts",
  "test/client-sdk/chat/tab-line.test.ts",
  "test/client-sdk/chat/random-faults.test.ts",
  "test/doors/stopping.test.ts",
  "test/doors/attach-and-resume.test.ts",
  "test/rest/openapi-tools.test.ts",
];

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
