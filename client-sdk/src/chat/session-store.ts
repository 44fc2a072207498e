import type { Answer, SessionState } from "./apply-event.ts";
import { applyEvent, emptySession } from "./apply-event.ts";
import type { ChatParts, Later } from "./chat-parts.ts";
import { SameList } from "./is-alike.ts";
import { LiveStore } from "./live-store.ts";
import type { EditOptions, MessageChanges } from "./message-changes.ts";
import { createRandomId } from "./random-id.ts";
import type { SessionSnapshot } from "./session-snapshot.ts";
import type { ShownMessage } from "./shown-messages.ts";
import { showMessages } from "./shown-messages.ts";
import { newTitle } from "./shown-sessions.ts";
import type { LiveEvent, Message, MessageSender, SessionHead } from "./wire.ts";

export type SendOptions = {
  /** `user` by default. */
  sender?: MessageSender;
  /** The key of the send within its session. A random one by default. */
  key?: string;
};

const snapshotMessages = 50;
const maxMissed = 500;
const pageMessages = 50;

const deleted = {
  kind: "refused",
  code: "NOT_FOUND",
  retryable: false,
  message: "The session was deleted.",
} as const;

/** The live store of one session. */
export class SessionStore extends LiveStore<SessionState, LiveEvent, Answer, Message, SessionSnapshot> {
  readonly id: string;
  readonly #shown = new SameList<ShownMessage>(({ key }) => key);
  /** The messages whose deletion the log has reported. The send of one of them may still be unanswered. */
  readonly #deleted = new Set<string>();
  #changes: MessageChanges | undefined;

  constructor(id: string, parts: ChatParts) {
    super(parts, {
      name: `session/${id}`,
      empty: emptySession,
      apply: applyEvent,
      follow: (follower) =>
        parts.line.followSession({ sessionId: id, limit: snapshotMessages, maxMissed }, follower),
      isAwaited: () => parts.outbox.creating(id) !== undefined,
    });
    this.id = id;
  }

  /** The epoch of its log; undefined before the log is loaded. */
  get epoch(): string | undefined {
    return this.log.state.epoch;
  }

  /**
   * Puts a message in the outbox. It shows at once.
   *
   * @returns the stored message. Rejects with a `ChatError` if the send is refused or cancelled, or the chat is closed;
   *   an unawaited rejection is harmless.
   */
  send(content: string, { sender = "user", key = createRandomId() }: SendOptions = {}): Promise<Message> {
    const { outbox, now } = this.parts;
    const timestamp = new Date(now()).toISOString();
    outbox.add({ session_id: this.id, message: { key, content, sender, timestamp } });
    return this.shown(outbox.outcome(this.id, key));
  }

  /** Sends a failed message again. If the creation of its session was refused, that is repeated too. */
  retry(key: string): void {
    this.parts.outbox.retry(this.id, ({ create, message }) => create !== undefined || message?.key === key);
  }

  /** Cancels a message that is not known to be stored. If it gets stored meanwhile, it is deleted. */
  cancel(key: string): void {
    void this.remove(key);
  }

  /**
   * Changes a message at once. @throws {ChatError} if the server refuses: CONFLICT if somebody else changed it first
   */
  edit(key: string, content: string, options?: EditOptions): Promise<Message> {
    return this.#change((changes) => changes.edit(key, content, options));
  }

  /** Removes a message at once. @throws {ChatError} if the server refuses: the message then shows again */
  remove(key: string): Promise<void> {
    return this.#change((changes) => changes.remove(key));
  }

  /** Changes the title at once. @throws {ChatError} if the server refuses */
  rename(title: string): Promise<void> {
    return this.shown(this.parts.change((changes) => changes.rename(this.id, title)));
  }

  /** Loads the messages before the first one. Calls during a load share its outcome. @throws {ChatError} */
  loadEarlier({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    const { rpc } = this.parts;
    const session_id = this.id;
    const page = this.loadPage(
      ({ hasEarlier, floor: before }) =>
        hasEarlier
          ? (options) => rpc.message.list.query({ session_id, before, limit: pageMessages }, options)
          : undefined,
      signal,
    );
    return this.shown(page);
  }

  /** Takes the message of an answer to a call that was made in that epoch. */
  applyAnswer(message: Message, epoch: string | undefined): void {
    this.log.apply({ type: "answer", message, epoch });
  }

  /** @returns a function that takes the answer to a rename that is called now */
  beginRename(): (session: SessionHead) => void {
    const before = this.log.state.session;
    return (session) => this.log.apply({ type: "renamed", session, before });
  }

  protected override onEvent(event: LiveEvent, isNew: boolean): void {
    // The new epoch may lack these messages: they are sent again.
    if (isNew) {
      this.#deleted.clear();
      this.#changes?.removalTold();
    } else if (event.type === "message_deleted") {
      this.#deleted.add(event.key);
      this.#changes?.removalTold(event.key);
    }
  }

  protected override show(): SessionSnapshot {
    const { id, log } = this;
    const { outbox, changes } = this.parts;
    const { state } = log;
    const creating = outbox.creating(id);
    const isGone = state.isDeleted || changes()?.isRemoved(id) === true;
    const title = state.session?.title ?? (creating && (creating.item.create?.title ?? newTitle));
    const messages = showMessages({
      messages: isGone ? [] : state.messages,
      entries: outbox.entries(id),
      deleted: this.#deleted,
      changes: this.#changes,
      isUnkept: (entry) => outbox.isUnkept(entry),
    });
    return {
      status: isGone ? "closed" : log.status,
      title: changes()?.titleOf(id) ?? title,
      messages: this.#shown.keep(messages),
      isLoaded: log.isLoaded || creating !== undefined,
      hasEarlier: state.hasEarlier,
      isLoadingEarlier: state.paging !== undefined,
      error: log.error ?? (isGone ? deleted : (changes()?.errorOf(id) ?? creating?.failed)),
    };
  }

  #change<Result>(work: (changes: MessageChanges) => Promise<Result>): Promise<Result> {
    const make = ({ MessageChanges, pauses }: Later): MessageChanges =>
      new MessageChanges({
        sessionId: this.id,
        parts: { ...this.parts, pauses },
        find: (key) => this.log.state.messages.find((message) => message.key === key),
        epoch: () => this.epoch,
        onEdited: (message, epoch) => this.applyAnswer(message, epoch),
        onChange: this.touch,
      });
    return this.shown(this.parts.later().then((later) => work((this.#changes ??= make(later)))));
  }
}
