import { aborted } from "./chat-error.ts";
import type { CallOptions } from "./chat-rpc.ts";
import { handled } from "./handled.ts";
import type { Pauses } from "./pauses.ts";
import type { Page } from "./wire.ts";

/** How a page enters the state of a log. An answer is dropped unless its token is that of the last `page_asked`. */
export type PageAnswer<Item> =
  | { readonly type: "page_asked" | "page_failed"; readonly token: number }
  | { readonly type: "page"; readonly token: number; readonly page: Page<Item> };

export type PageLoaderOptions<Item> = {
  pauses: Pauses;
  /** Aborts every call. */
  signal: AbortSignal;
  apply: (answer: PageAnswer<Item>) => void;
};

/** A page that is being loaded, and the number of waiting callers. */
type Loading = { readonly done: Promise<void>; readonly controller: AbortController; callers: number };

/** Loads pages into the state of a log, one at a time. */
export class PageLoader<Item> {
  readonly #options: PageLoaderOptions<Item>;
  #token = 0;
  #loading: Loading | undefined;

  constructor(options: PageLoaderOptions<Item>) {
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
    const { pauses, apply, signal: closing } = this.#options;
    const abort = (): void => controller.abort();
    const token = (this.#token += 1);
    const { signal } = controller;
    if (closing.aborted) abort();
    closing.addEventListener("abort", abort);
    apply({ type: "page_asked", token });
    try {
      apply({ type: "page", token, page: await pauses.repeat(() => query({ signal }), signal) });
    } finally {
      apply({ type: "page_failed", token });
      closing.removeEventListener("abort", abort);
    }
  }
}
