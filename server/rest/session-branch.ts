import type { LiveEvent } from "../contract/live-event.ts";
import type { Message } from "../contract/message.ts";
import { Thread } from "../contract/thread.ts";

/** The latest messages of a session, as its events change them. */
export class SessionBranch {
  #messages = new Map<number, Message>();
  isDeleted = false;

  take(event: LiveEvent): void {
    if (event.type === "snapshot" || event.type === "reset")
      this.#messages = new Map(event.session.messages.map((message) => [message.id, message]));
    else if (event.type === "message") this.#put(event.message);
    else if (event.type === "message_delta") this.#grow(event);
    else if (event.type === "message_deleted") this.#messages.delete(event.message_id);
    else if (event.type === "session_deleted") this.isDeleted = true;
  }

  find(id: number): Message | undefined {
    return this.#messages.get(id);
  }

  /** The messages of the latest branch, oldest first. */
  get messages(): Message[] {
    return new Thread([...this.#messages.values()]).branch(() => undefined);
  }

  /** An older message stays outside. */
  #put(message: Message): void {
    const last = [...this.#messages.keys()].at(-1) ?? 0;
    if (message.id > last || this.#messages.has(message.id)) this.#messages.set(message.id, message);
  }

  #grow({
    message_id: id,
    offset,
    text,
    chunks,
    chunk_offset: at,
  }: LiveEvent & { type: "message_delta" }): void {
    const held = this.#messages.get(id);
    if (!held) return;
    const content = held.content.slice(0, offset) + text;
    const all = chunks && [...(held.chunks ?? []).slice(0, at), ...chunks];
    this.#messages.set(id, { ...held, content, ...(all && { chunks: all }) });
  }
}
