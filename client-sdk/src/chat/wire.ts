/** A message as tRPC and the live events show it. */
export type WireMessage = {
  id: number;
  session_id: string;
  content: string;
  sender: string;
  /** ISO 8601, as its sender wrote it. */
  timestamp: string;
  /** The sender's name of it, or `#<id>`. */
  key: string;
  /** The position of its last change. */
  seq: number;
};

export type WireHead = { id: string; title: string; created_at: string };

/** A session as the list shows it. */
export type WireListed = WireHead & {
  activity_seq: number;
  last_message: { id: number; key: string; sender: string; timestamp: string; excerpt: string } | null;
};

type Place = { seq: number; prev: number };

/** An event of a session. */
export type LiveEvent =
  | (Place & {
      type: "snapshot" | "reset";
      epoch: string;
      session: WireHead & { messages: WireMessage[] };
      has_earlier: boolean;
    })
  | (Place & { type: "message"; message: WireMessage })
  | (Place & { type: "message_deleted"; message_id: number; key: string })
  | (Place & { type: "session"; session: WireHead })
  | (Place & { type: "session_deleted" })
  | (Place & { type: "caught_up"; epoch: string });

/** An event of the list of sessions. */
export type ListEvent =
  | (Place & {
      type: "snapshot" | "reset";
      epoch: string;
      sessions: WireListed[];
      next_cursor: string | null;
    })
  | (Place & { type: "session"; session: WireListed })
  | (Place & { type: "session_deleted"; session_id: string })
  | (Place & { type: "caught_up"; epoch: string });
