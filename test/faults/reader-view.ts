import type { LiveEvent } from "../../server/contract/live-event.ts";
import type { Message } from "../../server/contract/message.ts";
import type { Attachment, Seen } from "./history.ts";
import { parsePosition } from "./history.ts";

/** A message as a subscriber has it from a `seq` on. Without a content it has none: it was deleted, or is not known. */
type Version = { seq: number; content?: string; chunkCount: number };

/**
 * The state of a subscriber that applies the events. It may return with any position that it had, and then has the state
 * of that position. Messages before those of a snapshot are unknown.
 */
export class ReaderView {
  title: string | undefined;
  /** It has all messages from this id on. */
  knownFrom = Number.POSITIVE_INFINITY;
  readonly #versions = new Map<number, Version[]>();
  #now = new Map<number, Version>();
  #epoch = "";

  /** Returns to the position with which a connection began, if anything came over it. */
  attach({ after, isImpossible, items }: Attachment<Seen<LiveEvent>>): void {
    if (after === undefined || isImpossible || items.length === 0) return;
    const { place } = parsePosition(after);
    // A subscriber from before the first change has no messages yet.
    if (place === 0) this.#forget();
    this.#now = new Map();
    for (const [id, versions] of this.#versions) {
      const version = versions.findLast(({ seq }) => seq <= place);
      if (version) this.#now.set(id, version);
    }
  }

  take({ event, position }: Seen<LiveEvent>): void {
    const { epoch } = parsePosition(position);
    if (epoch !== this.#epoch) this.#versions.clear();
    this.#epoch = epoch;
    switch (event.type) {
      case "snapshot":
      case "reset":
        this.#begin(event);
        break;
      case "message":
        this.#set(event.message.id, toVersion(event.message, event.seq));
        break;
      case "message_delta": {
        const before = this.find(event.message_id);
        if (before?.content?.length !== event.offset) break;
        const chunkCount = before.chunkCount + (event.chunks?.length ?? 0);
        this.#set(event.message_id, { seq: event.seq, content: before.content + event.text, chunkCount });
        break;
      }
      case "message_deleted":
        this.#set(event.message_id, { seq: event.seq, chunkCount: 0 });
        break;
      case "session":
        ({ title: this.title } = event.session);
        break;
      case "session_deleted":
        this.#forget();
        break;
      case "caught_up":
      case "signal":
        break;
    }
  }

  /** The message as the subscriber has it. */
  find(id: number): Version | undefined {
    return this.#now.get(id);
  }

  /** The contents by their ids. */
  get contents(): Map<number, string> {
    const contents = new Map<number, string>();
    for (const [id, { content }] of this.#now) if (content !== undefined) contents.set(id, content);
    return contents;
  }

  #begin({ session, seq, has_earlier: hasEarlier }: LiveEvent & { type: "snapshot" | "reset" }): void {
    this.title = session.title;
    this.knownFrom = hasEarlier ? (session.messages[0]?.id ?? 0) : 0;
    const shown = new Set(session.messages.map(({ id }) => id));
    for (const id of this.#versions.keys()) if (!shown.has(id)) this.#set(id, { seq, chunkCount: 0 });
    this.#now = new Map();
    for (const message of session.messages) this.#set(message.id, toVersion(message, message.seq));
  }

  #set(id: number, version: Version): void {
    const versions = this.#versions.get(id) ?? [];
    const later = versions.findIndex(({ seq }) => seq >= version.seq);
    const isKnown = later >= 0 && versions[later]?.seq === version.seq;
    versions.splice(later < 0 ? versions.length : later, isKnown ? 1 : 0, version);
    this.#versions.set(id, versions);
    this.#now.set(id, version);
  }

  #forget(): void {
    this.#versions.clear();
    this.#now.clear();
    this.title = undefined;
    this.knownFrom = 0;
  }
}

function toVersion({ content, chunks }: Message, seq: number): Version {
  return { seq, content, chunkCount: chunks?.length ?? 0 };
}
