/** The shapes of the contract that the stores use, until they can be inferred from the router. */

/** A message. `key` is the sender's, or `#<id>`; `seq` is the position of its last change in its session. */
export type Message = {
  readonly id: number;
  readonly session_id: string;
  readonly content: string;
  readonly sender: string;
  readonly timestamp: string;
  readonly key: string;
  readonly seq: number;
};

/** A session without its messages. */
export type SessionHead = { readonly id: string; readonly title: string; readonly created_at: string };

/** A session as the list shows it. `activity_seq` is the list's position at its last added message, else at its making. */
export type ListedSession = SessionHead & {
  readonly activity_seq: number;
  readonly last_message: {
    readonly id: number;
    readonly key: string;
    readonly sender: string;
    readonly timestamp: string;
    /** The first characters of its content. */
    readonly excerpt: string;
  } | null;
};

/** `prev` is the seq of the event before this one in its stream. */
type Place = { readonly seq: number; readonly prev: number };

type CaughtUp = Place & { readonly type: "caught_up"; readonly epoch: string };

/** An event of one session. Others may come: a reader ignores what it does not know. */
export type LiveEvent =
  | (Place & {
      readonly type: "snapshot" | "reset";
      readonly epoch: string;
      readonly session: SessionHead & { readonly messages: readonly Message[] };
      readonly has_earlier: boolean;
    })
  | (Place & { readonly type: "message"; readonly message: Message })
  | (Place & { readonly type: "message_deleted"; readonly message_id: number; readonly key: string })
  | (Place & { readonly type: "session"; readonly session: SessionHead })
  | (Place & { readonly type: "session_deleted" })
  | CaughtUp;

/** An event of the list of sessions. */
export type ListEvent =
  | (Place & {
      readonly type: "snapshot" | "reset";
      readonly epoch: string;
      readonly sessions: readonly ListedSession[];
      readonly next_cursor: string | null;
    })
  | (Place & { readonly type: "session"; readonly session: ListedSession })
  | (Place & { readonly type: "session_deleted"; readonly session_id: string })
  | CaughtUp;

/** A page of a list. `next_cursor` is null on the last one. */
export type Page<Item> = { readonly items: readonly Item[]; readonly next_cursor: string | null };
