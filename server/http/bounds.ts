/** How much may be whole in memory, in bytes. */
export type Bounds = {
  /** What one request is answered with, where that is whole in memory. What one message needs is always allowed. */
  maxAnswerBytes: number;
  /** What waits for all clients together. It is at least two answers. */
  maxBufferedBytes: number;
};

export const defaultBounds: Bounds = {
  maxAnswerBytes: 16 * 1024 * 1024,
  maxBufferedBytes: 64 * 1024 * 1024,
};
