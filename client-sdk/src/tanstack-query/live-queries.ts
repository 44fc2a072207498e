import type { CachedQuery, QueryClientLike, QueryName } from "./query-cache.ts";
import { readKey } from "./query-cache.ts";

/**
 * Changes the data of a query. @returns the same object if nothing changed, or undefined if the query must be fetched
 * again
 */
export type Change = (name: QueryName, data: object) => object | undefined;

/**
 * The queries of a cache that live events keep up to date. The data of a running fetch may be older than an event that
 * has already arrived, so the events since its start are applied to that data too.
 */
export class LiveQueries {
  readonly #client: QueryClientLike;
  readonly #isMeant: (name: QueryName) => boolean;
  /** By the hash of each query that is being fetched: the changes since the fetch began. */
  readonly #missed = new Map<string, Change[]>();
  readonly #stop: () => void;

  constructor(client: QueryClientLike, isMeant: (name: QueryName) => boolean) {
    this.#client = client;
    this.#isMeant = isMeant;
    this.#stop = client.getQueryCache().subscribe(({ type, query, action }) => {
      if (type === "removed") this.#missed.delete(query.queryHash);
      if (type !== "updated" || !action || !this.#has(query)) return;
      if (action.type === "fetch") this.#missed.set(query.queryHash, []);
      else if (action.type === "error") this.#missed.delete(query.queryHash);
      else if (action.type === "success" && action.manual !== true) this.#catchUp(query);
    });
  }

  apply(change: Change): void {
    for (const changes of this.#missed.values()) changes.push(change);
    for (const query of this.#client.getQueryCache().getAll()) {
      // New data would end the invalidation, and a query that lacks changes would look complete.
      if (this.#has(query) && !query.state.isInvalidated) this.#change(query, change);
    }
  }

  /** Fetches the queries again: those in use at once, the others at their next use. */
  refresh(): void {
    void this.#client.invalidateQueries({ predicate: (query) => this.#has(query) });
  }

  /** Ends it. The queries are fetched again at their next use. */
  close(): void {
    this.#stop();
    void this.#client.invalidateQueries({ predicate: (query) => this.#has(query), refetchType: "none" });
  }

  #has({ queryKey }: CachedQuery): boolean {
    const name = readKey(queryKey);
    return name !== undefined && this.#isMeant(name);
  }

  #catchUp(query: CachedQuery): void {
    const changes = this.#missed.get(query.queryHash) ?? [];
    this.#missed.delete(query.queryHash);
    for (const change of changes) this.#change(query, change);
  }

  #change({ queryKey, queryHash, state }: CachedQuery, change: Change): void {
    const name = readKey(queryKey);
    if (!name || typeof state.data !== "object" || state.data === null) return;
    const data = change(name, state.data);
    if (data === state.data) return;
    if (data) this.#client.setQueryData(queryKey, data);
    else void this.#client.invalidateQueries({ predicate: (query) => query.queryHash === queryHash });
  }
}
