/** A verb of the command `ai-desk`. */
export type Verb = {
  /** Its arguments, by the names in the usage: `FILE`, or `[FILE]` for an optional one. */
  parameters: readonly string[];
  /** Its options besides those of every verb, such as `force` for `--force`. */
  options?: readonly string[];
  /** Its effect, for the usage. */
  purpose: string;
  /** Loads its module. A verb does not load the code of other verbs. */
  load: () => Promise<{ run: (call: VerbCall) => Promise<number> }>;
};

/**
 * A call of a verb. Its `run` resolves with the exit code. An error that it throws is printed as one sentence, with
 * exit code 1.
 */
export type VerbCall = {
  /** One argument for each of the verb's parameters; optional ones at the end may be missing. */
  args: readonly string[];
  /** The options that were given. */
  options: ReadonlySet<string>;
  environment: Readonly<Record<string, string | undefined>>;
};
