/** A server that speaks OpenAI's protocol. */
export type ModelServer = {
  /** Its base URL, to which `/chat/completions` is added. */
  readonly url: string;
  /** The name of the model. */
  readonly model: string;
  readonly apiKey: string | undefined;
  readonly times?: Partial<ModelTimes>;
};

/** How long the server is waited for, in milliseconds. */
export type ModelTimes = {
  /** For the first sign of an answer: a long conversation takes a slow machine minutes to read. */
  readonly firstMs: number;
  /** For each further sign of it. */
  readonly nextMs: number;
  /** Before a second request, if the server names no time. It doubles with each request. */
  readonly retryMs: number;
  /** The longest time that the server may name for a second request. */
  readonly longestRetryMs: number;
};

export const defaultModelTimes: ModelTimes = {
  firstMs: 180_000,
  nextMs: 60_000,
  retryMs: 1000,
  longestRetryMs: 30_000,
};

/** How often an answer is asked for, as long as no part of it has come. */
export const requestsPerAnswer = 3;
