import type { ChatError } from "./chat-error.ts";
import type { KeptLog } from "./kept/kept-log.ts";
import type { LineStatus, Positioned } from "./line.ts";
import type { FollowedEvent, LogOptions } from "./log-options.ts";

/**
 * The state of a log, followed while it is in use and a little longer. So a page that leaves the log and returns at
 * once, as React's StrictMode does, stays subscribed.
 */
export class FollowedLog<State, Event extends FollowedEvent> {
  state: State;
  /** Why the log cannot be followed. */
  error: ChatError | undefined;
  /** Whether there is something to show: kept data, or data from the server. */
  isLoaded = false;
  readonly #options: LogOptions<State, Event>;
  #position: string | undefined;
  #status: LineStatus | undefined;
  #users = 0;
  #isRead = false;
  #isJudging = false;
  #loading: Promise<void> | undefined;
  #ends: (() => void)[] | undefined;
  #end: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LogOptions<State, Event>) {
    this.#options = options;
    this.state = options.empty;
  }

  get status(): LineStatus {
    const { status } = this.#options.line;
    if (this.error) return "closed";
    return this.#status ?? (status === "live" ? "catching-up" : status);
  }

  /** Whether it is followed, or was until a moment ago. */
  get isInUse(): boolean {
    return this.#ends !== undefined;
  }

  /** @returns a function that ends the use */
  use(): () => void {
    this.#users += 1;
    clearTimeout(this.#timer);
    if (!this.isInUse) this.#start();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#users -= 1;
      if (this.#users === 0) this.#timer = setTimeout(() => this.stop(), this.#options.graceMs);
    };
  }

  /** Applies a change that does not come from the log. The same state means that nothing changed. */
  apply(change: (state: State) => State): void {
    // The kept state must be loaded first.
    if (this.#loading && !this.#isRead) return void this.#loading.then(() => this.apply(change));
    const state = change(this.state);
    // The log may bring this change only at the next visit.
    if (state !== this.state) this.#save();
    return this.#set(state);
  }

  /** Follows the log if that is wanted and not yet done. Called when a precondition may have been met. */
  follow(): void {
    const { isAwaited, follow } = this.#options;
    const isReady = this.isInUse && this.#isRead && !this.#isJudging && !this.error;
    if (!isReady || this.#end || isAwaited()) return;
    const stops: (() => void)[] = [];
    const end = (): void => {
      this.#end = this.#status = undefined;
      for (const stop of stops) stop();
    };
    this.#end = end;
    // Events after the end are dropped. The log may also end while following begins.
    const isOn = (): boolean => this.#end === end;
    const stop = follow({
      position: () => this.#position,
      take: (events) => void (isOn() && this.#take(events)),
      onStatus: (status) => void (isOn() && this.#setStatus(status)),
      onRefused: (error) => void (isOn() && this.#refuse(error)),
    });
    if (isOn()) stops.push(stop);
    else stop();
  }

  /** Follows a log again that was refused: it is there now. */
  revive(): void {
    if (this.#users > 0 && !this.isInUse) this.#start();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#end?.();
    for (const end of this.#ends ?? []) end();
    this.#ends = undefined;
  }

  /**
   * Empties the log and its kept data. The log is followed again from its next use on.
   *
   * @param error tells the current users why the log is not followed any more
   */
  clear(error: ChatError): void {
    const { kept, name, empty, onChange } = this.#options;
    this.stop();
    if (this.#users > 0) this.error = error;
    this.#position = undefined;
    this.isLoaded = false;
    this.state = empty;
    void kept.clear(name);
    onChange();
  }

  #start(): void {
    const { line, listen, onChange } = this.#options;
    this.error = undefined;
    this.#ends = [
      line.subscribeStatus(onChange),
      ...listen(() => {
        onChange();
        this.follow();
      }),
    ];
    this.#loading ??= this.#load();
    void this.#loading.then(() => this.follow());
    onChange();
  }

  async #load(): Promise<void> {
    const { kept, name, beforeJudging, onChange } = this.#options;
    const [found] = await Promise.all([kept.load<KeptLog<State>>(name), beforeJudging()]);
    if (found) {
      this.state = found.state;
      this.#position = found.position;
      this.isLoaded = true;
    }
    this.#isRead = true;
    onChange();
  }

  #take(events: readonly Positioned<Event>[]): void {
    const { apply, onEvent, kept } = this.#options;
    let { state } = this;
    for (const { position, event } of events) {
      // The server has a new history. The kept data of other logs belongs to the old one.
      if (event.type === "reset") void kept.clear();
      state = apply(state, event);
      this.#position = position;
      this.isLoaded = true;
      onEvent(event);
    }
    // A signal changes nothing.
    if (state !== this.state) this.#save();
    this.#set(state);
  }

  #save(): void {
    const { kept, name } = this.#options;
    kept.save(name, () => ({ position: this.#position, state: this.state }));
  }

  #setStatus(status: LineStatus): void {
    this.#status = status;
    if (status === "live") this.#options.onLive();
    this.#options.onChange();
  }

  /** A session that another tab has yet to create does not exist yet. */
  async #refuse(error: ChatError): Promise<void> {
    const { isAwaited, beforeJudging, onChange } = this.#options;
    const wasAwaited = isAwaited();
    this.#end?.();
    this.#isJudging = true;
    if (!wasAwaited) await beforeJudging();
    this.#isJudging = false;
    if (wasAwaited || isAwaited()) return this.follow();
    this.error = error;
    if (error.kind === "refused") this.clear(error);
    return onChange();
  }

  #set(state: State): void {
    if (state === this.state) return;
    this.state = state;
    this.#options.onChange();
  }
}
