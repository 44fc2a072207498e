import type { Answer, SessionState } from "./apply-event.ts";
import { applyEvent, emptySession } from "./apply-event.ts";
import type { ChatParts } from "./chat-parts.ts";
import { FollowedLog } from "./followed-log.ts";
import { shorten } from "./kept-session.ts";
import { MessageChanges } from "./message-changes.ts";
import { Paging } from "./paging.ts";
import { Publisher } from "./publish-per-frame.ts";
import { createRandomId } from "./random-id.ts";
import type { SessionSnapshot } from "./session-snapshot.ts";
import { showSession } from "./session-snapshot.ts";
import { isAlike, MessageView } from "./shown-messages.ts";
import type { LiveEvent, Message, SessionHead } from "./wire.ts";

export type SendOptions = {
  /** `user` by default. */
  sender?: string;
  /** Names the send within its session. A random one by default. */
  key?: string;
};

const snapshotMessages = 50;
const maxMissed = 500;
const pageMessages = 50;

/** The live store of one session. It is followed while it has subscribers. */
export class SessionStore {
  readonly id: string;
  readonly #parts: ChatParts;
  readonly #log: FollowedLog<SessionState, LiveEvent, Answer>;
  readonly #changes: MessageChanges;
  readonly #publisher: Publisher;
  readonly #pages: Paging<Message>;
  readonly #view = new MessageView();
  #snapshot: SessionSnapshot;

  constructor(id: string, parts: ChatParts) {
    this.id = id;
    this.#parts = parts;
    this.#publisher = new Publisher(() => this.#publish(), parts.schedule);
    const { touch } = this.#publisher;
    this.#log = new FollowedLog<SessionState, LiveEvent, Answer>({
      ...parts,
      name: `session/${id}`,
      empty: emptySession,
      apply: applyEvent,
      shorten,
      follow: (follower) =>
        parts.line.followSession({ sessionId: id, limit: snapshotMessages, maxMissed }, follower),
      isAwaited: () => parts.outbox.creating(id) !== undefined,
      beforeJudging: () => parts.outbox.reload(),
      listen: (listener) => [parts.changes.subscribe(listener), parts.outbox.subscribe(listener)],
      onEvent: (event) => this.#heed(event),
      onChange: touch,
      onLive: () => void parts.outbox.reload(),
    });
    this.#changes = new MessageChanges({
      sessionId: id,
      parts,
      find: (key) => this.#log.state.messages.find((message) => message.key === key),
      epoch: () => this.epoch,
      onEdited: (message, epoch) => this.applyAnswer(message, epoch),
      onChange: touch,
    });
    this.#pages = new Paging({ ...parts, apply: (answer) => this.#log.apply(answer) });
    this.#snapshot = this.#show();
  }

  /** The same object until something changed. */
  readonly getSnapshot = (): SessionSnapshot => {
    if (!this.#log.isInUse) this.#publish();
    return this.#snapshot;
  };

  /** @returns the function that ends the subscription. */
  readonly subscribe = (listener: () => void): (() => void) => {
    const stop = this.#publisher.subscribe(listener);
    const release = this.#log.use();
    return () => {
      stop();
      release();
    };
  };

  /** The epoch of its log; undefined before the log is loaded. */
  get epoch(): string | undefined {
    return this.#log.state.epoch;
  }

  /** Whether it is followed. */
  get isInUse(): boolean {
    return this.#log.isInUse;
  }

  /**
   * Puts a message in the outbox. It shows at once.
   *
   * @returns the stored message. It rejects with a `ChatError` when the send is refused or cancelled; that nobody awaits it
   * does no harm.
   */
  send(content: string, { sender = "user", key = createRandomId() }: SendOptions = {}): Promise<Message> {
    const { outbox, now } = this.#parts;
    const timestamp = new Date(now()).toISOString();
    outbox.add({ session_id: this.id, message: { key, content, sender, timestamp } });
    return outbox.outcome(this.id, key);
  }

  /** Sends a failed message again; with it the making of its session, if that was refused. */
  retry(key: string): void {
    const { outbox } = this.#parts;
    const failed = outbox.entries(this.id).filter((entry) => entry.failed);
    outbox.retry(failed.filter(({ item }) => item.create ?? item.message?.key === key));
  }

  /** Takes a message back that is not known to be stored. If it is stored meanwhile, it is deleted. */
  cancel(key: string): void {
    void this.#changes.remove(key);
  }

  /** Changes a message at once. @throws {ChatError} when it is refused: CONFLICT when somebody else changed it first */
  edit(key: string, content: string): Promise<Message> {
    return this.#changes.edit(key, content);
  }

  /** Removes a message at once. @throws {ChatError} when it is refused: the message is back then */
  remove(key: string): Promise<void> {
    return this.#changes.remove(key);
  }

  /** Changes the title at once. @throws {ChatError} when it is refused */
  rename(title: string): Promise<void> {
    return this.#parts.changes.rename(this.id, title);
  }

  /** Loads the messages before the first one. Calls while it loads share its outcome. @throws {ChatError} */
  loadEarlier({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    const { rpc } = this.#parts;
    const { hasEarlier, floor: before } = this.#log.state;
    if (!hasEarlier) return Promise.resolve();
    const query = { session_id: this.id, before, limit: pageMessages };
    return this.#pages.load((options) => rpc.message.list.query(query, options), signal);
  }

  /** Takes a message that a call was answered with. */
  applyAnswer(message: Message, epoch: string | undefined): void {
    this.#log.apply({ type: "answer", message, epoch });
  }

  /** @returns a function that takes the answer of a rename that is called now */
  beginRename(): (session: SessionHead) => void {
    const before = this.#log.state.session;
    return (session) => this.#log.apply({ type: "renamed", session, before });
  }

  /** Empties it: what was stored for it is forgotten. */
  clear(): void {
    this.#log.clear();
  }

  close(): void {
    this.#log.stop();
  }

  #heed(event: LiveEvent): void {
    if (event.type === "message_deleted") this.#changes.removalTold(event.key);
    if (event.type !== "snapshot" && event.type !== "reset") return;
    this.#changes.removalTold();
    this.#pages.cancel();
  }

  #publish(): boolean {
    const next = this.#show();
    if (isAlike(this.#snapshot, next)) return false;
    this.#snapshot = next;
    return true;
  }

  #show(): SessionSnapshot {
    const { outbox, changes } = this.#parts;
    return showSession({
      id: this.id,
      outbox,
      changes,
      log: this.#log,
      view: this.#view,
      own: this.#changes,
    });
  }
}
