import type { CallOptions } from "./chat-rpc.ts";
import type { ChatError } from "./chat-error.ts";
import type { ChatParts, Later } from "./chat-parts.ts";
import { FollowedLog } from "./followed-log.ts";
import { handled } from "./handled.ts";
import { isAlike } from "./is-alike.ts";
import type { FollowedEvent, LogOptions } from "./log-options.ts";
import type { PageLoader, PutPage } from "./page-loader.ts";
import type { Paged } from "./page-under-way.ts";
import { Publisher } from "./publish-per-frame.ts";
import type { Page } from "./wire.ts";

/** The options of a log that each kind of store sets. */
export type StoreOptions<State, Event> = Pick<
  LogOptions<State, Event>,
  "name" | "empty" | "apply" | "follow" | "isAwaited"
>;

/** A store that shows a log, its unsent items and its pending changes. It follows the log while it has subscribers. */
export abstract class LiveStore<
  State extends Paged<Id, Item>,
  Event extends FollowedEvent,
  Id,
  Item,
  Snapshot extends { readonly isLoaded: boolean },
> {
  readonly parts: ChatParts;
  readonly log: FollowedLog<State, Event>;
  readonly touch: () => void;
  readonly #publisher: Publisher;
  #pages: PageLoader<State, Id, Item> | undefined;
  #snapshot: Snapshot | undefined;

  constructor(parts: ChatParts, options: StoreOptions<State, Event>) {
    const { outbox, later, schedule, onChanges } = parts;
    this.parts = parts;
    this.#publisher = new Publisher(() => this.#publish(), schedule);
    this.touch = this.#publisher.touch;
    this.log = new FollowedLog<State, Event>({
      ...parts,
      ...options,
      beforeJudging: () => outbox.reload(),
      listen: (listener) => [onChanges(listener), outbox.subscribe(listener)],
      onEvent: (event) => {
        const isNew = event.type === "snapshot" || event.type === "reset";
        if (isNew) this.#pages?.cancel();
        this.onEvent(event, isNew);
      },
      onChange: () => {
        this.touch();
        // The first content is published at once, because the next frame comes late while a page loads.
        if (this.log.isLoaded && !this.#snapshot?.isLoaded) this.#publisher.flush();
      },
      onLive: () => void Promise.allSettled([later(), outbox.reload()]),
    });
  }

  /** Returns the same object until something changes. */
  readonly getSnapshot = (): Snapshot => {
    if (!this.isInUse) this.#publish();
    return this.#snapshot as Snapshot;
  };

  /** @returns a function that ends the subscription */
  readonly subscribe = (listener: () => void): (() => void) => {
    // Changes before the first subscription are not told.
    this.getSnapshot();
    const ends = [this.#publisher.subscribe(listener), this.log.use()];
    return () => ends.forEach((end) => end());
  };

  /** Whether it is followed. */
  get isInUse(): boolean {
    return this.log.isInUse;
  }

  /** Empties the store and its kept data. The store is closed with this error until the next subscription. */
  clear(error: ChatError): void {
    this.log.clear(error);
  }

  close(): void {
    this.log.stop();
  }

  protected abstract show(): Snapshot;

  /** @param isNew whether the log began again with this event */
  protected abstract onEvent(event: Event, isNew: boolean): void;

  /** The outcome of an action. The snapshot shows the outcome once it is known. An unawaited rejection is harmless. */
  protected shown<Result>(action: Promise<Result>): Promise<Result> {
    return handled(action.finally(() => this.#publisher.flush()));
  }

  /**
   * @param put adds a page to the state
   * @param next returns the query for the next page; undefined if there is none
   */
  protected async loadPage(
    put: (later: Later) => PutPage<State, Id, Item>,
    next: (state: State) => ((options: CallOptions) => Promise<Page<Item>>) | undefined,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const later = await this.parts.later();
    this.#pages ??= new later.PageLoader({
      ...this.parts,
      pauses: later.pauses,
      put: put(later),
      apply: (change) => this.log.apply(change),
    });
    await this.#pages.load(next(this.log.state), signal);
  }

  #publish(): boolean {
    const next = this.show();
    if (this.#snapshot && isAlike(this.#snapshot, next)) return false;
    this.#snapshot = next;
    return true;
  }
}
