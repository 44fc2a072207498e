import type { Message } from "../contract/message.ts";
import type { NextReply } from "../contract/next-reply.ts";
import { nextReply } from "../contract/next-reply.ts";
import { actions } from "../domain/actions.ts";
import { toAppError } from "../domain/to-app-error.ts";
import { assistantWriter } from "./assistant-writer.ts";
import type { Desk } from "./desk.ts";
import { SessionView } from "./session-view.ts";
import { writeReply } from "./write-reply.ts";

/** `waiting`: another writer's reply is streaming, and its end comes first. */
export type TurnEnd = "done" | "waiting";

/** Writes the replies of one session, one after the other, until none is missing. */
export class Turn {
  readonly #desk: Desk;
  readonly #sessionId: string;
  /** The keys under which no reply can be opened. */
  readonly #used = new Set<string>();

  constructor(desk: Desk, sessionId: string) {
    this.#desk = desk;
    this.#sessionId = sessionId;
  }

  /** @throws the errors of the domain */
  async run(): Promise<TurnEnd> {
    for (;;) {
      using view = this.#look();
      if (!(await view.has())) return "done";
      const next = nextReply(view.messages, (key) => this.#used.has(key));
      if (!next) return "done";
      if (next.kind === "wait") return "waiting";
      const reply = await this.#take(next, view.messages);
      if (reply) await writeReply(this.#desk, view, reply);
    }
  }

  /** Ends the replies that the assistant has left open: in a turn that failed, or in an earlier run of the server. */
  async endLeftOvers(): Promise<void> {
    using view = this.#look();
    await view.has();
    const { caller, perform } = this.#desk.calling;
    for (const { id, status } of view.messages) {
      if (status !== "streaming") continue;
      const name = { session_id: this.#sessionId, message_id: id, key: undefined };
      const end = { ...name, writer: assistantWriter, status: "interrupted" } as const;
      await perform(caller, actions.finishReply, end).catch(passRefusal);
    }
  }

  #look(): SessionView {
    return new SessionView(this.#desk.calling, this.#sessionId, this.#desk.signal);
  }

  /** @returns undefined if the reply cannot be written: another view of the session shows why */
  async #take(
    next: Exclude<NextReply, { kind: "wait" }>,
    messages: readonly Message[],
  ): Promise<Message | undefined> {
    const { caller, perform } = this.#desk.calling;
    const named = { session_id: this.#sessionId, key: next.key, writer: assistantWriter };
    try {
      if (next.kind === "claim") {
        const id = messages.find(({ key }) => key === next.key)?.id;
        const name = { ...named, message_id: id, key: undefined };
        return await perform(caller, actions.claimReply, name);
      }
      const reply = {
        content: "",
        sender: "assistant",
        parent_key: next.parentKey,
        status: "streaming",
      } as const;
      const { message, stored } = await perform(caller, actions.addMessage, { ...named, ...reply });
      if (stored) return message;
    } catch (error) {
      passRefusal(error);
    }
    this.#used.add(next.key);
    return undefined;
  }
}

/** The reply has another writer, has ended, or was deleted. */
function passRefusal(error: unknown): void {
  const { code } = toAppError(error);
  if (code !== "CONFLICT" && code !== "NOT_FOUND" && code !== "UNPROCESSABLE_CONTENT") throw error;
}
