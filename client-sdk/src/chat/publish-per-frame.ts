import { createListeners } from "./connection/listeners.ts";

/** Calls `run` once, soon. */
export type Schedule = (run: () => void) => void;

type Frames = {
  requestAnimationFrame?: (run: () => void) => void;
  document?: { visibilityState: string };
};

/** A page that is hidden before its next frame gets none. */
const lateFrameMs = 100;

/** A frame's time where there are no frames. */
const shortMs = 10;

/** The next frame of a visible page, and soon elsewhere. */
export const scheduleFrame: Schedule = (run) => {
  const { requestAnimationFrame, document } = globalThis as Frames;
  if (!requestAnimationFrame || document?.visibilityState !== "visible") return void setTimeout(run, shortMs);
  let timer: ReturnType<typeof setTimeout> | undefined = setTimeout(frame, lateFrameMs);
  function frame(): void {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    run();
  }
  return requestAnimationFrame(frame);
};

/** Listeners that are told of any number of changes once per frame. */
export class Publisher {
  readonly #schedule: Schedule;
  readonly #publish: () => boolean;
  readonly #listeners = createListeners();
  #isScheduled = false;

  /** @param publish takes over what has changed, and returns whether listeners shall be told */
  constructor(publish: () => boolean, schedule: Schedule = scheduleFrame) {
    this.#publish = publish;
    this.#schedule = schedule;
  }

  /** Something may have changed. */
  readonly touch = (): void => {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#schedule(this.flush);
  };

  /** Publishes now what is scheduled. */
  readonly flush = (): void => {
    if (!this.#isScheduled) return;
    this.#isScheduled = false;
    if (this.#publish()) this.#listeners.call();
  };

  subscribe(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }
}
