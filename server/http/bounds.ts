/** How much may be whole in memory, in bytes. */
export type Bounds = {
  /** The largest answer to one request that is whole in memory. The answer with one message is always allowed. */
  maxAnswerBytes: number;
  /** Memory for all clients together: half for bytes that wait, half for released bytes until they are collected. It is at least four answers. */
  maxBufferedBytes: number;
};

export const defaultBounds: Bounds = {
  maxAnswerBytes: 16 * 1024 * 1024,
  maxBufferedBytes: 64 * 1024 * 1024,
};
