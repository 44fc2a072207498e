import packageFile from "../../package.json" with { type: "json" };
import { readCommandLine, usage } from "./command-line.ts";

/** The exit code for an invalid command line. */
const misuse = 2;

/** Runs one command line of `ai-desk`. @returns the exit code. */
async function runCommand(argv: string[]): Promise<number> {
  const command = readCommandLine(argv);
  if (command.kind === "verb") {
    const { run } = await command.verb.load();
    return run({ args: command.args, options: command.options, environment: process.env });
  }
  if (command.kind === "wrong") {
    process.stderr.write(`${command.fault}\n\n${usage()}`);
    return misuse;
  }
  process.stdout.write(command.kind === "help" ? usage() : `${packageFile.version}\n`);
  return 0;
}

try {
  process.exit(await runCommand(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
