import type { MessageExtras } from "./chat-rpc.ts";
import type { EditOptions } from "./message-changes.ts";
import { SessionView } from "./session-view.ts";
import type { Message, MessageSender } from "./wire.ts";

export type SendOptions = {
  /** `user` by default. */
  sender?: MessageSender;
  /** The key of the send within its session. A random one by default. */
  key?: string;
} & MessageExtras;

const pageMessages = 50;

/** The live store of one session. */
export class SessionStore extends SessionView {
  /**
   * Puts a message in the outbox. It shows at once.
   *
   * @returns the stored message. Rejects with a `ChatError` if the send is refused or cancelled, or the chat is closed;
   *   an unawaited rejection is harmless.
   */
  send(content: string, { sender = "user", ...options }: SendOptions = {}): Promise<Message> {
    const parent_key = this.acts?.branches.parentKeyAtEnd(sender);
    return this.add({ content, sender, ...(parent_key !== undefined && { parent_key }), ...options });
  }

  /**
   * Ends a reply as `stopped`, with the text so far. @param key by default every reply that has not ended
   *
   * @throws {ChatError} if the server refuses
   */
  stop(key?: string): Promise<void> {
    return this.act(({ branches }) => branches.stop(key));
  }

  /**
   * Asks for another reply, which becomes an alternative of the first. It shows as `requested` until a writer takes it.
   *
   * @param key the reply to write again, or the message to answer; by default the last message
   * @returns the request, as it is stored
   * @throws {ChatError} if there is no such message, or the server refuses
   */
  regenerate(key?: string): Promise<Message> {
    return this.act(({ branches }) => branches.regenerate(key));
  }

  /**
   * Shows the branch of this message, which may be an alternative of a shown one. The choice is kept.
   *
   * @throws {ChatError} if there is no such message
   */
  choose(key: string): Promise<void> {
    return this.act(({ branches }) => branches.choose(key));
  }

  /** Tells the others whether the person is typing. Call it with each change of the text: repeats cost nothing. */
  setTyping(isTyping: boolean): void {
    void this.act(({ presence }) => presence.set("typing", isTyping));
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
    return this.act(({ changes }) => changes.edit(key, content, options));
  }

  /** Removes a message at once. @throws {ChatError} if the server refuses: the message then shows again */
  remove(key: string): Promise<void> {
    return this.act(({ changes }) => changes.remove(key));
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
      ({ putMessages }) => putMessages,
      ({ hasEarlier, floor: before }) =>
        hasEarlier
          ? (options) => rpc.message.list.query({ session_id, before, limit: pageMessages }, options)
          : undefined,
      signal,
    );
    return this.shown(page);
  }
}
