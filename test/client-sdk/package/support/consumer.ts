import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { packClient } from "../../../support/pack-client.ts";
import { ScratchProject } from "../../../support/scratch-project.ts";

/** A project for all tests of a file, in which npm has installed the packed client and other packages. */
export function useConsumer(...packages: string[]): ScratchProject {
  const project = new ScratchProject(mkdtempSync(join(tmpdir(), "ai-desk-consumer-")));
  beforeAll(async () => {
    project.write("package.json", JSON.stringify({ type: "module", private: true }));
    const quiet = ["--prefer-offline", "--no-audit", "--no-fund"];
    await project.runWell("npm", ["install", ...quiet, await packClient(), ...packages]);
  }, 180_000);
  afterAll(() => rmSync(project.folder, { recursive: true, force: true }));
  return project;
}

/** How strict projects compile: their libraries are checked, and no types come in that nobody asked for. */
export type CompilerOptions = {
  module?: "nodenext" | "esnext" | "commonjs";
  lib?: string[];
  types?: string[];
  skipLibCheck?: boolean;
  declaration?: boolean;
};

/** Compiles a file with an installed compiler. @returns what the compiler says, which is nothing if all is well */
export async function compile(
  project: ScratchProject,
  compiler: string,
  file: string,
  options: CompilerOptions = {},
): Promise<string> {
  const { module = "nodenext", lib = ["es2022", "dom"], types = [], skipLibCheck = false } = options;
  const moduleResolution = { nodenext: "nodenext", esnext: "bundler", commonjs: "bundler" }[module];
  const name = `tsconfig.${compiler}.${module}.${file.replaceAll("/", "-")}.json`;
  mkdirSync(join(project.folder, "out"), { recursive: true });
  const { declaration = false } = options;
  project.write(
    name,
    JSON.stringify({
      compilerOptions: {
        ...(declaration ? { declaration, rootDir: ".", outDir: "out" } : { noEmit: true }),
        target: "es2022",
        strict: true,
        module,
        moduleResolution,
        lib,
        types,
        skipLibCheck,
      },
      files: [file],
    }),
  );
  const script = join("node_modules", compiler, "lib/tsc.js");
  const { stdout, stderr } = await project.run(process.execPath, [script, "-p", name]);
  return stdout + stderr;
}
