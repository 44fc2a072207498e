import { expect, test } from "vitest";
import { clean, ScratchProject } from "../support/scratch-project.ts";
import { startServer } from "../support/start-server.ts";

test(
  "public tools take the document: a linter finds no fault, a generated client compiles and talks",
  {
    timeout: 240_000,
  },
  async () => {
    const server = await startServer();
    const project = new ScratchProject();
    project.copy("test/rest/public-tools");
    await project.runWell("npm", ["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"]);
    project.write("openapi.json", await (await fetch(`${server.url}/openapi.json`)).text());

    // One of its recommendations does not apply: the health check takes nothing that could be wrong.
    project.write("redocly.yaml", "extends: [recommended]\nrules: { operation-4xx-response: off }\n");
    const report = await project.run("node_modules/.bin/redocly", [
      "lint",
      "openapi.json",
      "--format",
      "json",
    ]);
    const { totals, problems } = JSON.parse(report.stdout) as {
      totals: unknown;
      problems: { ruleId: string }[];
    };
    expect(problems.map(({ ruleId }) => ruleId)).toEqual([]);
    expect(totals).toMatchObject({ errors: 0, warnings: 0 });

    await project.runWell("node_modules/.bin/openapi-typescript", [
      "openapi.json",
      "--output",
      "schema.d.ts",
    ]);
    const checked = await project.check(
      ["talk.ts"],
      ["--module", "nodenext", "--allowImportingTsExtensions"],
    );
    expect(checked).toEqual(clean);
    const said = await project.runWell(process.execPath, ["talk.ts", server.url]);
    expect(JSON.parse(said)).toEqual([0, "k", "must not be empty", "Hello", "Hello", 204, 0]);
  },
);
