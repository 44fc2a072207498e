import type { PageUnderWay } from "./page-under-way.ts";
import { remember } from "./page-under-way.ts";
import { insertAt, replaceAt } from "./changed-copies.ts";
import type { LiveEvent, Message, SessionHead } from "./wire.ts";

/**
 * The loaded part of a session: the messages from `floor` on. It has every change up to `seq`, and may have later ones,
 * from answers to calls or from pages.
 */
export type SessionState = {
  readonly session: SessionHead | undefined;
  /** The `seq` of the last event, in the epoch; -1 before the first event. */
  readonly seq: number;
  readonly epoch: string | undefined;
  /** In the order of their ids. An unchanged message is the same object. */
  readonly messages: readonly Message[];
  /** Whether there are messages below `floor`. If not, `floor` has no meaning. */
  readonly hasEarlier: boolean;
  /** The lowest loaded id. */
  readonly floor: number;
  readonly isDeleted: boolean;
  readonly paging: PageUnderWay<number, Message> | undefined;
};

export const emptySession: SessionState = {
  session: undefined,
  seq: -1,
  epoch: undefined,
  messages: [],
  hasEarlier: false,
  floor: 0,
  isDeleted: false,
  paging: undefined,
};

/**
 * Merges an event into the state of a session: the higher `seq` wins. Events come in the order of the log, and may
 * repeat.
 *
 * @returns the same object if nothing changed
 */
export function applyEvent(state: SessionState, event: LiveEvent): SessionState {
  switch (event.type) {
    case "snapshot":
    case "reset":
      return begin(state, event);
    case "message":
      return event.seq > state.seq ? { ...putMessage(state, event.message), seq: event.seq } : state;
    case "message_delta":
      return event.seq > state.seq ? { ...growMessage(state, event), seq: event.seq } : state;
    case "message_deleted":
      return event.seq > state.seq ? { ...dropMessage(state, event.message_id), seq: event.seq } : state;
    case "session":
      return event.seq > state.seq ? { ...state, session: event.session, seq: event.seq } : state;
    case "session_deleted":
      return { ...emptySession, session: state.session, epoch: state.epoch, seq: event.seq, isDeleted: true };
    // An event of an unknown type advances the position too.
    case "caught_up":
    case "signal":
    default:
      return event.seq > state.seq ? { ...state, seq: event.seq } : state;
  }
}

/** Drops older pages: edits and deletions in them are not known. */
function begin(
  state: SessionState,
  { type, seq, epoch, session, has_earlier: hasEarlier }: LiveEvent & { type: "snapshot" | "reset" },
): SessionState {
  const goesOn = type === "snapshot" && state.epoch === epoch;
  if (goesOn && seq < state.seq) return state;
  const { messages, ...head } = session;
  const held = new Map(goesOn ? state.messages.map((message) => [message.id, message]) : []);
  const base: SessionState = {
    ...emptySession,
    session: head,
    seq,
    epoch,
    messages: messages.map((message) => newer(held.get(message.id), message)),
    hasEarlier,
    floor: messages[0]?.id ?? 0,
  };
  // Answers that came before the log's events of the same changes.
  return [...held.values()].filter((message) => message.seq > seq).reduce(putMessage, base);
}

/**
 * Merges the answer to a call, which may come at any time. `epoch` is that of the state when the call was made, in this tab
 * or in another one: the answer to a call of another epoch has no meaning. A state that has no epoch yet takes this one. A
 * message that the log has had an event for, and that is not in the state, was deleted or is not loaded.
 */
export function applyAnswer(state: SessionState, message: Message, epoch: string | undefined): SessionState {
  if (!state.epoch && epoch) return applyAnswer({ ...state, epoch }, message, epoch);
  if (epoch !== state.epoch) return state;
  if (message.seq <= state.seq && !state.messages.some(({ id }) => id === message.id)) return state;
  return putMessage(state, message);
}

function putMessage(state: SessionState, message: Message): SessionState {
  const { messages, hasEarlier, floor } = state;
  if (hasEarlier && message.id < floor) return remember(state, message.id, message);
  let at = messages.length - 1;
  while (at >= 0 && (messages[at]?.id ?? 0) > message.id) at -= 1;
  const held = messages[at];
  if (held?.id !== message.id) return { ...state, messages: insertAt(messages, at + 1, message) };
  return newer(held, message) === held ? state : { ...state, messages: replaceAt(messages, at, message) };
}

/** Text of a message that is not held is passed over, and so is text that an answer has brought already. */
function growMessage(state: SessionState, delta: LiveEvent & { type: "message_delta" }): SessionState {
  const { seq, offset, chunks } = delta;
  const held = state.messages.find(({ id }) => id === delta.message_id);
  if (!held || held.content.length < offset) return state;
  return putMessage(state, {
    ...held,
    seq,
    content: held.content.slice(0, offset) + delta.text,
    ...(chunks && { chunks: (held.chunks ?? []).slice(0, delta.chunk_offset).concat(chunks) }),
  });
}

function dropMessage(state: SessionState, messageId: number): SessionState {
  const messages = state.messages.filter(({ id }) => id !== messageId);
  return remember(
    messages.length < state.messages.length ? { ...state, messages } : state,
    messageId,
    undefined,
  );
}

function newer(held: Message | undefined, message: Message): Message {
  return held && held.seq >= message.seq ? held : message;
}
