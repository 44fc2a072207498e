import type { ClientError } from "../client-error.ts";
import type { Client } from "../types.ts";
import { messageChange } from "./change-messages.ts";
import { sessionChange } from "./change-sessions.ts";
import type { Change } from "./live-queries.ts";
import { LiveQueries } from "./live-queries.ts";
import type { QueryClientLike } from "./query-cache.ts";

export type { CachedQuery, CacheEvent, QueryClientLike } from "./query-cache.ts";

export type FollowOptions = {
  /** A client of AI Desk: from `createClient`, or the `rpc` of a chat. */
  client: Client;
  /** TanStack Query's client, version 5, whose cache is kept up to date. */
  queryClient: QueryClientLike;
  /** The session whose queries are kept up to date. Without it, those of the list of sessions are. */
  sessionId?: string;
  /** Called when the server refuses the subscription. The cache is then no longer kept up to date. */
  onError?: (error: ClientError) => void;
};

/**
 * Keeps queries in TanStack Query's cache up to date by live events: with `sessionId` those of `session.get` and
 * `message.list` of that session, without it those of `session.list`. It recognises the keys of
 * `@trpc/tanstack-react-query`, infinite queries included. The queries are fetched once more when the subscription
 * begins, and after a `reset`.
 *
 * @returns a function that ends it; the queries are then fetched again at their next use
 */
export function followIntoCache({ client, queryClient, sessionId, onError }: FollowOptions): () => void {
  const queries = new LiveQueries(queryClient, ({ path, input }) =>
    sessionId === undefined
      ? path === "session.list"
      : (path === "session.get" || path === "message.list") && input["session_id"] === sessionId,
  );
  const take = ({ type }: { type: string }, change: Change | undefined) => {
    if (change) queries.apply(change);
    else if (type !== "caught_up") queries.refresh();
  };
  const subscription =
    sessionId === undefined
      ? client.session.onListEvent.subscribe(undefined, {
          onData: ({ data }) => take(data, sessionChange(data)),
          ...(onError && { onError }),
        })
      : client.session.onEvent.subscribe(
          // The queries are fetched again after it, so the snapshot needs no messages.
          { session_id: sessionId, limit: 0 },
          {
            onData: ({ data }) => take(data, messageChange(data)),
            ...(onError && { onError }),
          },
        );
  return () => {
    subscription.unsubscribe();
    queries.close();
  };
}
