/** A verb of the command `ai-desk`. */
export type Verb = {
  /** The arguments that it takes, by the names that the usage shows: `FILE`, or `[FILE]` where it may be left out. */
  parameters: readonly string[];
  /** The options that it takes beside those of every verb, such as `force` for `--force`. */
  options?: readonly string[];
  /** Its effect, for its line of the usage. */
  purpose: string;
  /** Loads its module: a verb loads nothing that only another one needs. */
  load: () => Promise<{ run: (call: VerbCall) => Promise<number> }>;
};

/** A call of a verb. Its `run` resolves with the exit code; an error that it throws is printed as one sentence, exit code 1. */
export type VerbCall = {
  /** One argument for each of the verb's parameters; those at the end that may be left out may be missing. */
  args: readonly string[];
  /** The options that were given. */
  options: ReadonlySet<string>;
  environment: Readonly<Record<string, string | undefined>>;
};
