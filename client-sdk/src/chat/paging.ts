import type { CallOptions } from "./chat-rpc.ts";
import type { Pauses } from "./pauses.ts";
import type { Page } from "./wire.ts";

/** How a page comes into the state of a log. An answer whose token is not that of the last `page_asked` is dropped. */
export type PageAnswer<Item> =
  | { readonly type: "page_asked" | "page_failed"; readonly token: number }
  | { readonly type: "page"; readonly token: number; readonly page: Page<Item> };

export type PagingOptions<Item> = {
  pauses: Pauses;
  /** Ends every call. */
  signal: AbortSignal;
  apply: (answer: PageAnswer<Item>) => void;
};

/** Loads pages into the state of a log, one at a time. */
export class Paging<Item> {
  readonly #options: PagingOptions<Item>;
  #token = 0;
  #loading: { done: Promise<void>; controller: AbortController } | undefined;

  constructor(options: PagingOptions<Item>) {
    this.#options = options;
  }

  /**
   * Repeats the query until it is answered. While a page loads, a call shares its outcome.
   *
   * @throws {ChatError} a refusal, or `aborted`
   */
  load(query: (options: CallOptions) => Promise<Page<Item>>, signal?: AbortSignal): Promise<void> {
    if (this.#loading) return this.#loading.done;
    const controller = new AbortController();
    const done = this.#load(query, controller, signal).finally(() => {
      if (this.#loading?.controller === controller) this.#loading = undefined;
    });
    // The state shows it too.
    done.catch(() => undefined);
    this.#loading = { controller, done };
    return done;
  }

  /** The part that is loaded began anew: the page does not belong to it. */
  cancel(): void {
    this.#loading?.controller.abort();
    this.#loading = undefined;
  }

  async #load(
    query: (options: CallOptions) => Promise<Page<Item>>,
    controller: AbortController,
    ...others: (AbortSignal | undefined)[]
  ): Promise<void> {
    const { pauses, apply } = this.#options;
    const sources = [...others, this.#options.signal];
    const abort = (): void => controller.abort();
    const token = (this.#token += 1);
    const { signal } = controller;
    for (const source of sources) {
      if (source?.aborted) abort();
      source?.addEventListener("abort", abort);
    }
    apply({ type: "page_asked", token });
    try {
      apply({ type: "page", token, page: await pauses.repeat(() => query({ signal }), signal) });
    } finally {
      apply({ type: "page_failed", token });
      for (const source of sources) source?.removeEventListener("abort", abort);
    }
  }
}
