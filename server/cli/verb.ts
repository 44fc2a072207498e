/** A verb of the command `ai-desk`. */
export type Verb = {
  /** The arguments that it takes, by the names that the usage shows, such as `FILE`. All of them are required. */
  parameters: readonly string[];
  /** What it does, for its line of the usage. */
  purpose: string;
  /** Loads its module: a verb loads nothing that only another one needs. */
  load: () => Promise<{ run: (call: VerbCall) => Promise<number> }>;
};

/** A call of a verb. Its `run` resolves with the exit code; an error that it throws is printed as one sentence, exit code 1. */
export type VerbCall = {
  /** One argument for each of the verb's parameters. */
  args: readonly string[];
  environment: Readonly<Record<string, string | undefined>>;
};
