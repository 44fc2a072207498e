import type { ListedSession, Message, MessageSender, Page, SessionHead } from "./wire.ts";

/** Options of a call. An aborted call rejects, and its outcome is unknown. */
export type CallOptions = { signal?: AbortSignal };

type Mutation<Input, Output> = { mutate(input: Input, options?: CallOptions): Promise<Output> };
type Query<Input, Output> = { query(input: Input, options?: CallOptions): Promise<Output> };

/** Names a message by its id or by its key. */
export type MessageName = { session_id: string } & ({ message_id: number } | { key: string });

/** The calls of the stores, in the shape of tRPC's client. They reject with an error that `toChatError` reads. */
export type ChatRpc = {
  message: {
    add: Mutation<
      { session_id: string; content: string; sender: MessageSender; timestamp: string; key: string },
      Message
    >;
    update: Mutation<MessageName & { content: string; if_seq?: number }, Message>;
    delete: Mutation<MessageName, unknown>;
    list: Query<{ session_id: string; before: number; limit: number }, Page<Message>>;
  };
  session: {
    create: Mutation<{ id: string; title?: string; created_at: string }, unknown>;
    update: Mutation<{ session_id: string; title: string }, SessionHead>;
    delete: Mutation<{ session_id: string }, unknown>;
    list: Query<{ order: "activity"; cursor: string; limit: number }, Page<ListedSession>>;
  };
};
