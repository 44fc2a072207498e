import { createListeners } from "./connection/listeners.ts";

/** Calls `run` once, soon. */
export type Schedule = (run: () => void) => void;

type Frames = {
  requestAnimationFrame?: (run: () => void) => void;
  document?: { visibilityState: string };
};

/** A page that is hidden before its next frame gets no frame. */
const lateFrameMs = 100;

/** The delay on platforms without frames, in milliseconds. */
const shortMs = 10;

/** Schedules for the next frame of a visible page; elsewhere for a short time later. */
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

/** Calls listeners once for all changes of a frame. */
export class Publisher {
  readonly #schedule: Schedule;
  readonly #publish: () => boolean;
  readonly #listeners = createListeners();
  #isScheduled = false;

  /** @param publish takes over the changes, and returns whether to call the listeners */
  constructor(publish: () => boolean, schedule: Schedule = scheduleFrame) {
    this.#publish = publish;
    this.#schedule = schedule;
  }

  /** Call it when something may have changed. */
  readonly touch = (): void => {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#schedule(this.flush);
  };

  /** Publishes scheduled changes now. */
  readonly flush = (): void => {
    if (!this.#isScheduled) return;
    this.#isScheduled = false;
    if (this.#publish()) this.#listeners.call();
  };

  subscribe(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }
}
