import type { ListedSession, Message, MessageSender, Page, SessionHead } from "./wire.ts";

/** Options of a call. An aborted call rejects, and its outcome is unknown. */
export type CallOptions = { signal?: AbortSignal };

type Mutation<Input, Output> = { mutate(input: Input, options?: CallOptions): Promise<Output> };
type Query<Input, Output> = { query(input: Input, options?: CallOptions): Promise<Output> };

/** Names a message by its id or by its key. */
export type MessageName = { session_id: string } & ({ message_id: number } | { key: string });

/** A message to send. A `requested` one asks for a reply. */
export type NewMessage = {
  readonly key: string;
  readonly content: string;
  readonly sender: MessageSender;
  readonly timestamp: string;
  readonly status?: "requested";
} & MessageExtras;

/** The optional fields of a message. */
export type MessageExtras = {
  /** The key of the message that this one answers or, if both have the same sender, replaces. */
  readonly parent_key?: string;
  /** The message in the form of a UI library: opaque JSON. */
  readonly parts?: unknown;
  /** The name of the form of `parts`. */
  readonly format?: string;
  /** Opaque JSON. */
  readonly metadata?: unknown;
};

/** The calls of the stores, in the shape of tRPC's client. They reject with an error that `toChatError` reads. */
export type ChatRpc = {
  message: {
    add: Mutation<{ session_id: string } & NewMessage, Message>;
    stop: Mutation<MessageName, Message>;
    update: Mutation<MessageName & { content: string; if_seq?: number }, Message>;
    delete: Mutation<MessageName, unknown>;
    list: Query<{ session_id: string; before: number; limit: number }, Page<Message>>;
  };
  session: {
    create: Mutation<{ id: string; title?: string | undefined; created_at: string }, unknown>;
    update: Mutation<{ session_id: string; title: string }, SessionHead>;
    delete: Mutation<{ session_id: string }, unknown>;
    signal: Mutation<{ session_id: string; name: string; data: unknown }, unknown>;
    list: Query<{ order: "activity"; cursor: string; limit: number }, Page<ListedSession>>;
  };
};
