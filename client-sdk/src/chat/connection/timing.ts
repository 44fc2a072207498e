/** The intervals of a line, in milliseconds. */
export const defaultTiming = {
  /** A quiet socket is pinged after so long. */
  pingIntervalMs: 8000,
  /** A sign of life is due so long after a ping. */
  pongTimeoutMs: 5000,
  /** The sign of life of a slow line is waited for so long at most. */
  maxPongTimeoutMs: 60_000,
  /** An attempt that takes so long shows as `offline`. */
  slowAttemptMs: 5000,
  /** An attempt to open a socket is given up after so long. */
  attemptTimeoutMs: 10_000,
  /** A call that began while the line was down is given up so long after the line is up. */
  overdueCallMs: 3000,
  /** The answer to a call is waited for so long. */
  answerTimeoutMs: 60_000,
  /** The answer to the question whether the server is there is waited for so long. */
  probeTimeoutMs: 5000,
  /** The first retry comes within this time; each further one within twice the time. */
  retryMs: 250,
  maxRetryMs: 4000,
  /** The longest time while the page is hidden. */
  maxHiddenRetryMs: 30_000,
  /** A connection that carries nothing is closed after so long. */
  idleMs: 1000,
  /** A WebSocket that did not get through is tried again after so long. */
  socketRetryMs: 300_000,
  /** The first byte of an event stream is waited for so long. */
  firstByteMs: 8000,
  /** The next byte of an event stream is waited for so long. The server sends one each 15 s. */
  silenceMs: 33_000,
  /** A poll asks the server to wait so long for an event. */
  pollWaitMs: 25_000,
  /** It asks for half of that after a proxy ended a poll, and so on down to this. */
  minPollWaitMs: 2000,
  /** The answer to a poll is waited for so long beyond that. */
  pollAnswerMs: 8000,
  /** Logs that have no request of their own are polled at this interval. */
  turnMs: 3000,
  /** The leading tab tells of itself at this interval. */
  beatMs: 5000,
  /** A leading tab that is silent for so long is replaced. */
  leaderSilenceMs: 10_000,
};

export type Timing = typeof defaultTiming;
