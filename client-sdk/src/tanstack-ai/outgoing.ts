import { ChatFailure } from "../chat/chat-error.ts";
import type { ChatSession } from "../create-chat.ts";
import type { SentMessage } from "./ui-message.ts";
import { fromUIMessage } from "./ui-message.ts";

/** Sends the messages of one connection. */
export class Outgoing {
  /** The keys of the messages that were given to the session. Its snapshot may lack the latest for a frame. */
  readonly #given = new Set<string>();

  /**
   * Sends the messages at the end that the session does not have, or asks for another reply if it has the last one.
   * Resolves when the server has it.
   *
   * @throws {ChatError} if the server refuses, or there is nothing to send
   */
  async post(session: ChatSession, messages: readonly SentMessage[]): Promise<void> {
    const last = messages.at(-1);
    if (last?.id === undefined || last.role !== "user") throw new ChatFailure(notOfUser);
    const { id: key } = last;
    const shown = new Map(session.getSnapshot().messages.map((message) => [message.key, message]));
    const isNew = ({ id, role }: SentMessage): boolean =>
      role === "user" && id !== undefined && !shown.has(id) && !this.#given.has(id);
    const delivery = shown.get(key)?.delivery;
    if (delivery === "failed") session.retry(key);
    else if (delivery === "sent") {
      void session.stop();
      await session.regenerate(key);
    } else {
      // The library skips the request of a message that another one follows at once.
      const added = messages.slice(messages.findLastIndex((message) => !isNew(message)) + 1);
      await Promise.all(added.map((message) => this.#add(session, message)));
    }
  }

  async #add(session: ChatSession, message: SentMessage): Promise<void> {
    const { id: key = "" } = message;
    const { content, extras } = fromUIMessage(message);
    this.#given.add(key);
    await session.send(content, { key, ...extras });
  }
}

const notOfUser = {
  kind: "aborted",
  retryable: false,
  message:
    "Only messages of users can be sent here. Run tools in the worker that writes the replies: a reply cannot be continued with their results.",
} as const;
