import type { ChatError } from "./chat-error.ts";
import type { KeptLog } from "./kept-log.ts";
import type { KeptState } from "./kept-state.ts";
import type { Follower, Line, LineStatus, Positioned } from "./line.ts";

export type FollowedEvent = { readonly type: string; readonly epoch?: string };

export type LogOptions<State, Event, Answer> = {
  /** Its name among what is kept. */
  name: string;
  empty: State;
  apply: (state: State, event: Event | Answer) => State;
  follow: (follower: Follower<Event>) => () => void;
  /** Whether the log cannot be there yet, since the outbox is still to make it. */
  isAwaited: () => boolean;
  /** Brings `isAwaited` up to date. */
  beforeJudging: () => Promise<void>;
  /** Tells a listener of all else that the store shows, while it is in use. */
  listen: (listener: () => void) => (() => void)[];
  /** Hears of each event, after it was applied. */
  onEvent: (event: Event) => void;
  onChange: () => void;
  /** All that the line has is here. */
  onLive: () => void;
  line: Line;
  kept: KeptState;
  graceMs: number;
};

/**
 * The state that a log gives, followed while somebody uses it and a little longer: a page that leaves it and comes back at
 * once, as React's StrictMode does, stays subscribed.
 */
export class FollowedLog<State, Event extends FollowedEvent, Answer> {
  state: State;
  /** Why the log cannot be followed. */
  error: ChatError | undefined;
  /** Whether there is something to show: what was kept, or what the server told. */
  isLoaded = false;
  readonly #options: LogOptions<State, Event, Answer>;
  #position: string | undefined;
  #status: LineStatus | undefined;
  #users = 0;
  #isRead = false;
  #isJudging = false;
  #loading: Promise<void> | undefined;
  #ends: (() => void)[] | undefined;
  #end: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LogOptions<State, Event, Answer>) {
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

  /** @returns the function that ends the use. */
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

  apply(answer: Answer): void {
    // The kept state comes first.
    if (this.#loading && !this.#isRead) return void this.#loading.then(() => this.apply(answer));
    const state = this.#options.apply(this.state, answer);
    // The log may tell of it at the next visit only.
    if (state !== this.state) this.#save();
    return this.#set(state);
  }

  /** Follows the log if that is wanted and not done yet: what it waited for may have come. */
  follow(): void {
    const { isAwaited, follow } = this.#options;
    const isReady = this.isInUse && this.#isRead && !this.#isJudging && !this.error;
    if (!isReady || this.#end || isAwaited()) return;
    let isOver = false;
    const guard =
      <Args extends unknown[]>(take: (...args: Args) => void) =>
      (...args: Args): void => {
        if (!isOver) take(...args);
      };
    const ends: (() => void)[] = [];
    this.#end = () => {
      isOver = true;
      this.#end = undefined;
      this.#status = undefined;
      for (const end of ends) end();
    };
    const stop = follow({
      position: () => this.#position,
      take: guard((events) => this.#take(events)),
      onStatus: guard((status) => this.#setStatus(status)),
      onRefused: guard((error) => void this.#refuse(error)),
    });
    if (isOver) stop();
    else ends.push(stop);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#end?.();
    for (const end of this.#ends ?? []) end();
    this.#ends = undefined;
  }

  /** Empties it, and what is kept of it. It is followed again from the next use on. */
  clear(): void {
    this.stop();
    this.#position = undefined;
    this.isLoaded = false;
    void this.#options.kept.clear(this.#options.name);
    this.#set(this.#options.empty);
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
      // The server has another history now: what is kept of other logs is of the old one.
      if (event.type === "reset") void kept.clear();
      state = apply(state, event);
      this.#position = position;
      this.isLoaded = true;
      onEvent(event);
    }
    this.#save();
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

  /** A session that another tab is still to make is not there yet. */
  async #refuse(error: ChatError): Promise<void> {
    const { isAwaited, beforeJudging, onChange } = this.#options;
    const wasAwaited = isAwaited();
    this.#end?.();
    this.#isJudging = true;
    if (!wasAwaited) await beforeJudging();
    this.#isJudging = false;
    if (wasAwaited || isAwaited()) return this.follow();
    this.error = error;
    if (error.kind === "refused") this.clear();
    return onChange();
  }

  #set(state: State): void {
    if (state === this.state) return;
    this.state = state;
    this.#options.onChange();
  }
}
