import { aborted } from "./chat-error.ts";
import type { CallOptions } from "./chat-rpc.ts";
import { handled } from "./handled.ts";
import type { Paged, PageUnderWay } from "./page-under-way.ts";
import type { Pauses } from "./pauses.ts";
import type { Page } from "./wire.ts";

/** Adds a page to a state in which it was requested. */
export type PutPage<State, Id, Item> = (
  state: State,
  page: Page<Item>,
  requested: PageUnderWay<Id, Item>,
) => State;

export type PageLoaderOptions<State, Id, Item> = {
  pauses: Pauses;
  /** Aborts every call. */
  signal: AbortSignal;
  put: PutPage<State, Id, Item>;
  apply: (change: (state: State) => State) => void;
};

/** A page that is being loaded, and the number of waiting callers. */
type Loading = { readonly done: Promise<void>; readonly controller: AbortController; callers: number };

/** Loads pages into the state of a log, one at a time. */
export class PageLoader<State extends Paged<Id, Item>, Id, Item> {
  readonly #options: PageLoaderOptions<State, Id, Item>;
  #loading: Loading | undefined;

  constructor(options: PageLoaderOptions<State, Id, Item>) {
    this.#options = options;
  }

  /**
   * Repeats the query until it is answered. Calls during a load share its outcome. The query is aborted when all
   * callers have aborted.
   *
   * @param query undefined if there is no page
   * @throws {ChatError} a refusal, or `aborted`
   */
  async load(
    query: ((options: CallOptions) => Promise<Page<Item>>) | undefined,
    signal?: AbortSignal,
  ): Promise<void> {
    if (!query) return undefined;
    if (signal?.aborted) throw aborted(undefined, signal.reason);
    const loading = (this.#loading ??= this.#begin(query));
    loading.callers += 1;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        reject(aborted(undefined, signal?.reason));
        loading.callers -= 1;
        if (loading.callers === 0) this.#end(loading);
      };
      signal?.addEventListener("abort", leave);
      void loading.done.then(resolve, reject).finally(() => signal?.removeEventListener("abort", leave));
    });
  }

  /** The loaded part began again, and the page does not belong to it. */
  cancel(): void {
    if (this.#loading) this.#end(this.#loading);
  }

  #end(loading: Loading): void {
    loading.controller.abort();
    if (this.#loading === loading) this.#loading = undefined;
  }

  #begin(query: (options: CallOptions) => Promise<Page<Item>>): Loading {
    const controller = new AbortController();
    // The state shows a failure too.
    const done = handled(
      this.#load(query, controller).finally(() => {
        if (this.#loading?.controller === controller) this.#loading = undefined;
      }),
    );
    return { done, controller, callers: 0 };
  }

  async #load(
    query: (options: CallOptions) => Promise<Page<Item>>,
    controller: AbortController,
  ): Promise<void> {
    const { pauses, put, apply, signal: closing } = this.#options;
    const abort = (): void => controller.abort();
    const request = requestPage<State, Id, Item>();
    const { signal } = controller;
    if (closing.aborted) abort();
    closing.addEventListener("abort", abort);
    apply(request.begin);
    try {
      const page = await pauses.repeat(() => query({ signal }), signal);
      apply((state) => request.end(state, (paged, requested) => put(paged, page, requested)));
    } finally {
      apply((state) => request.end(state));
      closing.removeEventListener("abort", abort);
    }
  }
}

/** A request for a page, as changes of the state. `end` does nothing in a state in which the request is not under way. */
export function requestPage<State extends Paged<Id, Item>, Id, Item>(): {
  begin: (state: State) => State;
  end: (state: State, change?: (state: State, requested: PageUnderWay<Id, Item>) => State) => State;
} {
  const token = {};
  return {
    begin: (state) => ({ ...state, paging: { token, since: new Map() } }),
    end(state, change = (same) => same) {
      const { paging } = state;
      return paging?.token === token ? { ...change(state, paging), paging: undefined } : state;
    },
  };
}
