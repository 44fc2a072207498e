import { execFile } from "node:child_process";
import { cpSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { makeTemporaryFolder } from "./temporary-folder.ts";

const root = resolve(import.meta.dirname, "../..");
const execute = promisify(execFile);

/** npm passes on the settings of this repository. A user's npm installs peers. */
const env = { ...process.env, npm_config_legacy_peer_deps: "false" };

export type Outcome = { code: number; stdout: string; stderr: string };

/** A compiler's outcome for a program without errors. */
export const clean: Outcome = { code: 0, stdout: "", stderr: "" };

/** A separate project outside the repository, like a user's. It is removed with the test, unless it gets a folder. */
export class ScratchProject {
  readonly folder: string;

  constructor(folder = makeTemporaryFolder()) {
    this.folder = folder;
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** Copies a folder of the repository into the project. */
  copy(from: string): void {
    cpSync(join(root, from), this.folder, { recursive: true });
  }

  async run(command: string, args: string[]): Promise<Outcome> {
    try {
      return { code: 0, ...(await execute(command, args, { cwd: this.folder, env })) };
    } catch (error) {
      const { code, stdout, stderr } = error as Outcome;
      return { code, stdout, stderr };
    }
  }

  /** Runs a command that must succeed, and returns its output. */
  async runWell(command: string, args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(command, args);
    if (code !== 0) throw new Error(`${command} ${args.join(" ")}: ${stdout}${stderr}`);
    return stdout;
  }

  /** Type-checks files with the repository's compiler, like a strict project that checks its libraries too. */
  check(files: string[], options: string[]): Promise<Outcome> {
    const strict = ["--noEmit", "--strict", "--skipLibCheck", "false", "--target", "es2024", "--types", ""];
    const lib = ["--lib", "es2024,dom,dom.asynciterable,esnext.disposable"];
    return this.run(join(root, "node_modules/.bin/tsc"), [...strict, ...lib, ...options, ...files]);
  }
}
