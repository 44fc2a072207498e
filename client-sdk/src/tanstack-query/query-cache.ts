/**
 * The used parts of TanStack Query's `QueryClient`, version 5. The class of `@tanstack/react-query` and its siblings
 * has them.
 */
export type QueryClientLike = {
  getQueryCache(): {
    getAll(): readonly CachedQuery[];
    subscribe(listener: (event: CacheEvent) => void): () => void;
  };
  setQueryData(key: readonly unknown[], data: unknown): unknown;
  invalidateQueries(filters: {
    predicate: (query: CachedQuery) => boolean;
    refetchType?: "none";
  }): Promise<unknown>;
};

/** A query in the cache. */
export type CachedQuery = {
  readonly queryKey: readonly unknown[];
  readonly queryHash: string;
  readonly state: { readonly data: unknown; readonly isInvalidated: boolean };
};

/** An event of a query in the cache. */
export type CacheEvent = {
  readonly type: string;
  readonly query: CachedQuery;
  readonly action?: { readonly type: string; readonly manual?: boolean };
};

/** A query of the contract, as in its key. */
export type QueryName = {
  /** The procedure, such as `message.list`. */
  readonly path: string;
  readonly input: Readonly<Record<string, unknown>>;
};

/**
 * Reads a key of the form that `@trpc/tanstack-react-query` makes: `[["message", "list"], {input, type}]`, with an
 * optional prefix.
 *
 * @returns undefined for a key of another form
 */
export function readKey(key: readonly unknown[]): QueryName | undefined {
  const [path, about] = Array.isArray(key[1]) ? key.slice(1) : key;
  if (!Array.isArray(path)) return undefined;
  const { input } = (about ?? {}) as { input?: QueryName["input"] | null };
  return { path: path.join("."), input: input ?? {} };
}

/** The pages of a query: its only page, or those of an infinite query. */
export type Paged<Page> = Page | { readonly pages: readonly Page[]; readonly pageParams: readonly unknown[] };

/** Changes the pages of a query. Returns the same object if nothing changed. */
export function changePages<Page extends object>(
  data: Paged<Page>,
  change: (pages: readonly Page[]) => readonly Page[],
): Paged<Page> {
  if (!("pages" in data)) return change([data])[0] ?? data;
  const pages = change(data.pages);
  return pages.every((page, index) => page === data.pages[index]) ? data : { ...data, pages };
}
