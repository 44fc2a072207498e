/** Limits on data that is whole in memory, in bytes. */
export type Bounds = {
  /** The largest answer to one request that is held whole in memory. An answer with one message is always allowed. */
  maxAnswerBytes: number;
  /**
   * Memory for all clients together: one half for waiting bytes, the other for released bytes that are not yet
   * garbage-collected. At least four answers.
   */
  maxBufferedBytes: number;
};

export const defaultBounds: Bounds = {
  maxAnswerBytes: 16 * 1024 * 1024,
  maxBufferedBytes: 64 * 1024 * 1024,
};
