/** A message of the conversation, as a model reads it. */
export type PromptMessage = { readonly role: "user" | "assistant"; readonly text: string };

/** The question to a model. */
export type Prompt = {
  /** How it is to answer. */
  readonly instructions: string | undefined;
  /** The conversation, oldest first. The last message is the one to answer. */
  readonly messages: readonly PromptMessage[];
};

/** The source of answers. */
export type Model = {
  /** For the log. */
  readonly name: string;
  /**
   * Answers in pieces of text.
   *
   * @param signal ends the answer: the iteration rejects with the signal's reason
   * @throws {ModelError}
   */
  answer(prompt: Prompt, signal: AbortSignal): AsyncIterable<string>;
};

/** A failure of a model. Its message is a sentence for people; `details` are for the log, and have no secret. */
export class ModelError extends Error {
  override readonly name = "ModelError";
  readonly details: Readonly<Record<string, unknown>>;

  constructor(sentence: string, details: Readonly<Record<string, unknown>> = {}) {
    super(sentence);
    this.details = details;
  }
}
