import { parseArgs } from "node:util";
import type { Verb } from "./verb.ts";
import { defaultVerb, verbs } from "./verbs.ts";

/** A parsed command line. `wrong` has a sentence that names the fault. */
type Command =
  | { kind: "help" }
  | { kind: "version" }
  | { kind: "wrong"; fault: string }
  | { kind: "verb"; verb: Verb; args: string[]; options: ReadonlySet<string> };

/** Reads the arguments of `ai-desk`. Arguments after `--` are not options. */
export function readCommandLine(argv: string[]): Command {
  const parsed = parseWords(argv);
  if (typeof parsed === "string") return { kind: "wrong", fault: parsed };
  const { values, positionals } = parsed;
  const [name = defaultVerb, ...args] = positionals;
  if (values.help === true || name === "help") return { kind: "help" };
  if (values.version === true) return { kind: "version" };
  const verb = verbs.get(name);
  if (!verb) return { kind: "wrong", fault: `There is no verb ${JSON.stringify(name)}.` };
  const fault = faultOfOptions(name, verb, values) ?? faultOfArguments(name, verb, args);
  return fault === undefined
    ? { kind: "verb", verb, args, options: new Set(Object.keys(values)) }
    : { kind: "wrong", fault };
}

function faultOfOptions(name: string, verb: Verb, values: object): string | undefined {
  const extra = Object.keys(values).find((option) => !verb.options?.includes(option));
  return extra === undefined ? undefined : `${name} does not take the option --${extra}.`;
}

function faultOfArguments(name: string, { parameters }: Verb, args: string[]): string | undefined {
  const required = parameters.filter((parameter) => !parameter.startsWith("["));
  if (args.length >= required.length && args.length <= parameters.length) return undefined;
  const wanted = parameters.length === 0 ? "no argument" : parameters.join(" and ");
  const got = args.length === 0 ? "none" : args.map((arg) => JSON.stringify(arg)).join(", ");
  return `${name} takes ${wanted}, and got ${got}.`;
}

/** @returns the words, or a sentence that names the first option that does not exist. */
function parseWords(argv: string[]) {
  const options = {
    help: { type: "boolean", short: "h" },
    version: { type: "boolean", short: "v" },
    force: { type: "boolean" },
  } as const;
  try {
    return parseArgs({ args: argv, options, allowPositionals: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const [sentence = ""] = error.message.split(". ");
    return `${sentence}.`;
  }
}

/** The usage: one line for each verb, made from the table of verbs. */
export function usage(): string {
  const lines = [...verbs].map(
    ([name, { parameters, purpose }]) => [[name, ...parameters].join(" "), purpose] as const,
  );
  const column = Math.max(...lines.map(([call]) => call.length)) + 2;
  return [
    "Usage: ai-desk [verb]",
    "",
    ...lines.map(([call, purpose]) => `  ${call.padEnd(column)}${purpose}`),
    "",
    "  --help, -h, help   print this",
    "  --version, -v      print the version",
    "",
    "Settings come from the environment, such as PORT, HOST and DATABASE_URL: README.md lists them.",
    "",
  ].join("\n");
}
