import type { SessionState } from "./apply-event.ts";
import { applyAnswer, applyEvent, emptySession } from "./apply-event.ts";
import type { ChatParts } from "./chat-parts.ts";
import type { NewMessage } from "./chat-rpc.ts";
import { createRandomId } from "./random-id.ts";
import type { Present } from "./presence.ts";
import { SameList } from "./is-alike.ts";
import { LiveStore } from "./live-store.ts";
import type { SessionActs } from "./session-acts.ts";
import type { SessionSnapshot } from "./session-snapshot.ts";
import type { ShownMessage } from "./shown-messages.ts";
import { isOpenReply, showMessages } from "./shown-messages.ts";
import { newTitle } from "./shown-sessions.ts";
import type { LiveEvent, Message } from "./wire.ts";

const snapshotMessages = 50;
const maxMissed = 500;

const nobody: Present = { typing: [], here: [] };

const deleted = {
  kind: "refused",
  code: "NOT_FOUND",
  retryable: false,
  message: "The session was deleted.",
} as const;

/** Whether a message may be on another branch than the message before it. */
function isAside({ parent_key: parent }: ShownMessage, at: number, all: readonly ShownMessage[]): boolean {
  return parent !== undefined && parent !== all[at - 1]?.key;
}

/** Shows a session: its log, the unsent messages, the pending changes and the chosen branch. */
export abstract class SessionView extends LiveStore<
  SessionState,
  LiveEvent,
  number,
  Message,
  SessionSnapshot
> {
  readonly id: string;
  readonly #shown = new SameList<ShownMessage>(({ key }) => key);
  /** The messages whose deletion the log has reported. The send of one of them may still be unanswered. */
  readonly #deleted = new Set<string>();
  protected acts: SessionActs | undefined;

  constructor(id: string, parts: ChatParts) {
    super(parts, {
      name: `session/${id}`,
      empty: emptySession,
      apply: applyEvent,
      follow: (follower) => {
        const end = parts.line.followSession({ sessionId: id, limit: snapshotMessages, maxMissed }, follower);
        return () => {
          end();
          void this.leave();
        };
      },
      isAwaited: () => parts.outbox.creating(id) !== undefined,
    });
    this.id = id;
  }

  /** The epoch of its log; undefined before the log is loaded. */
  get epoch(): string | undefined {
    return this.log.state.epoch;
  }

  /** Says that this client has the session open no more. @returns undefined if it has not said that it has */
  leave(): Promise<void> | undefined {
    return this.acts?.presence.end();
  }

  /** Takes the message of an answer to a call that was made in that epoch. */
  applyAnswer(message: Message, epoch: string | undefined): void {
    this.log.apply((state) => applyAnswer(state, message, epoch));
    this.log.revive();
  }

  protected override onEvent(event: LiveEvent, isNew: boolean): void {
    // The new epoch may lack these messages: they are sent again.
    if (isNew) {
      this.#deleted.clear();
      this.acts?.changes.removalTold();
    } else if (event.type === "message_deleted") {
      this.#deleted.add(event.key);
      this.acts?.changes.removalTold(event.key);
    } else if (event.type === "signal" || event.type === "caught_up") {
      void this.act(({ presence }) => presence.take(event));
    }
  }

  protected override show(): SessionSnapshot {
    const { id, log } = this;
    const { outbox, changes } = this.parts;
    const { state } = log;
    const creating = outbox.creating(id);
    const title = state.session?.title ?? (creating && (creating.item.create?.title ?? newTitle));
    const isGone = this.#isGone;
    const messages = this.all();
    if (!this.acts && messages.some(isAside)) void this.act(this.touch);
    return {
      status: isGone ? "closed" : log.status,
      title: changes()?.titleOf(id) ?? title,
      messages: this.#shown.keep(this.acts?.branches.show(messages) ?? messages),
      run: messages
        .filter(isOpenReply)
        .map(({ key, status }) => ({ key, status }))
        .at(-1),
      ...(this.acts?.presence.shown ?? nobody),
      isLoaded: log.isLoaded || creating !== undefined,
      hasEarlier: state.hasEarlier,
      isLoadingEarlier: state.paging !== undefined,
      error: log.error ?? (isGone ? deleted : (changes()?.errorOf(id) ?? creating?.failed)),
    };
  }

  get #isGone(): boolean {
    return this.log.state.isDeleted || this.parts.changes()?.isRemoved(this.id) === true;
  }

  /** Runs an action. The snapshot shows the outcome once it is known. An unawaited rejection is harmless. */
  protected act<Result>(work: (acts: SessionActs) => Result | Promise<Result>): Promise<Result> {
    const loaded = this.parts.later();
    return this.shown(loaded.then((later) => work((this.acts ??= later.createSessionActs(this, later)))));
  }

  /** Puts a message in the outbox. @returns the stored message */
  add(message: Omit<NewMessage, "key" | "timestamp"> & { key?: string }): Promise<Message> {
    const { outbox, now } = this.parts;
    const { key = createRandomId() } = message;
    const timestamp = new Date(now()).toISOString();
    outbox.add({ session_id: this.id, message: { ...message, key, timestamp } });
    void this.act(({ branches }) => branches.added(key));
    return this.shown(outbox.outcome(this.id, key));
  }

  /** The messages of all branches as they are now, in the order of their ids; unsent messages come last. */
  all(): ShownMessage[] {
    const { outbox } = this.parts;
    return showMessages({
      messages: this.#isGone ? [] : this.log.state.messages,
      entries: outbox.entries(this.id),
      deleted: this.#deleted,
      changes: this.acts?.changes,
      isUnkept: (entry) => outbox.isUnkept(entry),
    });
  }
}
