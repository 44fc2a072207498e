/** The intervals of a line, in milliseconds. */
export const defaultTiming = {
  /** The silence after which a socket is pinged. */
  pingIntervalMs: 8000,
  /** The time for the answer to a ping. */
  pongTimeoutMs: 5000,
  /** The longest time for the answer to a ping, on a slow line. */
  maxPongTimeoutMs: 60_000,
  /** The duration of an attempt after which the status is `offline`. */
  slowAttemptMs: 5000,
  /** The longest duration of an attempt to open a socket. */
  attemptTimeoutMs: 10_000,
  /** The time, once the line is up, after which a call that began while the line was down fails. */
  overdueCallMs: 3000,
  /** The longest wait for the answer to a call. */
  answerTimeoutMs: 60_000,
  /** The longest wait for the answer to a probe of the server. */
  probeTimeoutMs: 5000,
  /** The limit of the first retry's delay. The limit doubles with each further retry. */
  retryMs: 250,
  maxRetryMs: 4000,
  /** The largest limit while the page is hidden. */
  maxHiddenRetryMs: 30_000,
  /** The time after which a connection without logs is closed. */
  idleMs: 1000,
  /** The time after which a WebSocket that did not get through is tried again. */
  socketRetryMs: 300_000,
  /** The longest wait for the first byte of an event stream. */
  firstByteMs: 8000,
  /** The longest wait for the next byte of an event stream. The server sends one every 15 s. */
  silenceMs: 33_000,
  /** The time for which a poll asks the server to wait for an event. */
  pollWaitMs: 25_000,
  /** The least such time: a poll asks for half the time after a proxy ended one. */
  minPollWaitMs: 2000,
  /** The time for the answer to a poll beyond that. */
  pollAnswerMs: 8000,
  /** The interval at which logs without a request of their own are polled. */
  turnMs: 3000,
  /** The interval at which the leading tab announces itself. */
  beatMs: 5000,
  /** The silence after which a leading tab is replaced. */
  leaderSilenceMs: 10_000,
};

export type Timing = typeof defaultTiming;
