import type { Reporter, TestModule, Vitest } from "vitest/node";

const ruleIds = /\[([A-Z]+-\d+)\]/g;

/** Lists the rules at the end of a run that only tests cite which were left out, as where there is no strace. */
export default class LeftOutRules implements Reporter {
  #isOfSome = false;

  onInit({ config }: Vitest): void {
    this.#isOfSome = config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    // A run of some tests by their names leaves out all others.
    if (this.#isOfSome) return;
    const proven = new Set<string>();
    const leftOut = new Map<string, string>();
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const ids = [...test.fullName.matchAll(ruleIds)].map(([, id = ""]) => id);
        const isLeftOut = test.result().state === "skipped";
        for (const id of ids) {
          if (isLeftOut) leftOut.set(id, test.fullName);
          else proven.add(id);
        }
      }
    }
    const unproven = [...leftOut].filter(([id]) => !proven.has(id));
    if (unproven.length === 0) return;
    const lines = unproven.map(([id, name]) => `  ${id}: ${name}`);
    process.stdout.write(
      `\nRules that this run has not proved, because their tests were left out:\n${lines.join("\n")}\n`,
    );
  }
}
