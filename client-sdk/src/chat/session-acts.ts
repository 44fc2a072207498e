import type { SessionState } from "./apply-event.ts";
import { Branches } from "./branches.ts";
import type { ChatRpc, NewMessage } from "./chat-rpc.ts";
import type { KeptState } from "./kept/kept-state.ts";
import { MessageChanges } from "./message-changes.ts";
import type { Outbox } from "./outbox/outbox.ts";
import type { Pauses } from "./pauses.ts";
import { Presence } from "./presence.ts";
import type { ShownMessage } from "./shown-messages.ts";
import type { Message } from "./wire.ts";

/** The part of a session's store that its actions use. */
export type ActedSession = {
  readonly id: string;
  readonly parts: {
    rpc: ChatRpc;
    outbox: Outbox;
    signal: AbortSignal;
    now: () => number;
    kept: KeptState;
    presence: { name?: string } | undefined;
    changes: () => { isRemoved(sessionId: string): boolean } | undefined;
  };
  readonly log: {
    readonly state: SessionState;
    apply(change: (state: SessionState) => SessionState): void;
  };
  readonly epoch: string | undefined;
  /** Shows a change. */
  readonly touch: () => void;
  all(): readonly ShownMessage[];
  add(message: Omit<NewMessage, "key" | "timestamp">): Promise<Message>;
  applyAnswer(message: Message, epoch: string | undefined): void;
};

/** The actions on a session that are loaded at their first use, with their state. */
export type SessionActs = {
  readonly changes: MessageChanges;
  readonly branches: Branches;
  readonly presence: Presence;
};

export function createSessionActs(
  session: ActedSession,
  { pauses, ownId }: { pauses: Pauses; ownId: string },
): SessionActs {
  const { log, parts } = session;
  const changes = new MessageChanges({
    sessionId: session.id,
    parts: { ...parts, pauses },
    find: (key) => log.state.messages.find((message) => message.key === key),
    epoch: () => session.epoch,
    onEdited: (message, epoch) => session.applyAnswer(message, epoch),
    onChange: session.touch,
  });
  const branches = new Branches({
    all: () => session.all(),
    load: () => parts.kept.use((writer) => writer.choices(session.id)),
    keep: (choices) => parts.kept.use((writer) => writer.choose(session.id, choices)),
    onChange: session.touch,
    add: (message) => session.add(message),
    stop: (key) => changes.stop(key),
  });
  const presence = new Presence({
    own: { ...parts.presence, id: ownId },
    isAnnounced: parts.presence !== undefined,
    async send(name, data) {
      // A session that is being deleted has nobody to tell.
      if (log.state.isDeleted || parts.changes()?.isRemoved(session.id) === true) return;
      // The last signal of a client is sent also while its chat is being closed.
      const options = data.is ? { signal: parts.signal } : {};
      const sent = parts.rpc.session.signal.mutate({ session_id: session.id, name, data }, options);
      await sent.catch(() => undefined);
    },
    now: parts.now,
    touch: session.touch,
  });
  return { changes, branches, presence };
}
