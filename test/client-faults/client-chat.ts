import type { Chat, ChatSession } from "../../client-sdk/src/create-chat.ts";
import type { ShownMessage } from "../../client-sdk/src/chat/shown-messages.ts";
import type { ChatError } from "../../client-sdk/src/chat/chat-error.ts";
import type { Change, Fact, ShownList, ShownRow, ShownSession } from "./client-history.ts";

/** The number of changes so far, over all chats of a life. */
let changes = 0;

/** A chat that records each of its snapshots and outcomes. */
export class ClientChat {
  readonly chat: Chat;
  readonly note: (fact: Fact) => void;
  readonly #pending = new Set<string>();
  readonly #ends: (() => void)[] = [];
  readonly #followed = new Map<string, ChatSession>();
  #onSettled: (() => void) | undefined;

  constructor(chat: Chat, note: (fact: Fact) => void) {
    this.chat = chat;
    this.note = note;
    note({ type: "opened" });
    this.#ends.push(chat.sessions().subscribe(() => undefined));
  }

  get sessions(): string[] {
    return [...this.#followed.keys()];
  }

  /** Follows a session from now on. */
  follow(id: string): void {
    if (this.#followed.has(id)) return;
    const store = this.chat.session(id);
    this.#followed.set(id, store);
    const noteShown = (): void => this.note({ type: "shown", ...this.shown(id) });
    this.#ends.push(store.subscribe(noteShown));
    noteShown();
  }

  messages(id: string): readonly ShownMessage[] {
    return this.chat.session(id).getSnapshot().messages;
  }

  shown(session: string): ShownSession {
    const snapshot = this.chat.session(session).getSnapshot();
    const { status, isLoaded, hasEarlier, messages, title, error } = snapshot;
    const rows = messages.map((message): ShownRow => [
      message.key,
      message.id ?? null,
      message.seq ?? null,
      message.delivery,
      message.content,
      reasonOf(message.error),
    ]);
    return { session, status, title: title ?? null, isLoaded, hasEarlier, error: reasonOf(error), rows };
  }

  list(): ShownList {
    const { status, hasMore, sessions } = this.chat.sessions().getSnapshot();
    return { status, hasMore, sessions: sessions.map(({ id, title }) => [id, title]) };
  }

  send(session: string, key: string, content: string): void {
    this.note({ type: "send", session, key, content });
    this.#await(
      `send ${key}`,
      this.chat.session(session).send(content, { key }),
      () => this.note({ type: "sent", session, key }),
      (reason) => this.note({ type: "unsent", session, key, reason }),
    );
  }

  /** Records the outcome of a change. @param begin calls the store; its promise may give the `seq` of a message */
  change(change: Change, begin: () => Promise<{ seq: number } | void>): void {
    changes += 1;
    const number = changes;
    this.note({ type: "change", number, ...change });
    this.#await(
      `${change.kind} ${number}`,
      begin(),
      (result) => this.note({ type: "changed", number, seq: result?.seq ?? null }),
      (reason) => this.note({ type: "unchanged", number, reason }),
    );
  }

  #await<Result>(
    name: string,
    outcome: Promise<Result>,
    onDone: (result: Result) => void,
    onRefused: (reason: string) => void,
  ): void {
    this.#pending.add(name);
    void outcome
      .then(onDone, (error: unknown) => onRefused(reasonOf(error as ChatError) ?? "unknown"))
      .finally(() => {
        this.#pending.delete(name);
        this.#onSettled?.();
      });
  }

  /** The calls without an outcome. */
  get unsettled(): string[] {
    return [...this.#pending];
  }

  /** Resolves when each call has an outcome. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => void (this.#pending.size === 0 && resolve());
      this.#onSettled = check;
      check();
    });
  }

  /** Closes the chat, and records its final state. */
  async close(): Promise<void> {
    await this.chat.close();
    for (const id of this.#followed.keys()) this.note({ type: "closed", ...this.shown(id) });
    for (const end of this.#ends) end();
  }
}

function reasonOf(error: ChatError | undefined): string | null {
  if (!error) return null;
  return error.kind === "refused" ? error.code : error.kind;
}
