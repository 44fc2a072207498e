import { expect, onTestFinished } from "vitest";
import type { Chat, ChatOptions, Client, Message } from "../../../../client-sdk/src/index.ts";
import { createChat, createClient } from "../../../../client-sdk/src/index.ts";
import type { ReplyRequest, ReplyWorker, ServeOptions } from "../../../../client-sdk/src/worker/index.ts";
import { serveReplies } from "../../../../client-sdk/src/worker/index.ts";

/** A worker with a chat of its own. It ends with the test. */
export function serve(
  url: string,
  options: ServeOptions,
  chatOptions: Partial<ChatOptions> = {},
): { worker: ReplyWorker; chat: Chat } {
  const chat = createChat({ url, ...chatOptions });
  const worker = serveReplies(chat, {
    onError: (error) => {
      throw error;
    },
    ...options,
  });
  onTestFinished(async () => {
    await worker.close();
    await chat.close();
  });
  return { worker, chat };
}

/** A user of one session. */
export class User {
  readonly client: Client;
  readonly id: string;

  constructor(url: string, id = "s") {
    this.client = createClient({ url });
    this.id = id;
  }

  async begin(): Promise<this> {
    await this.client.session.create.mutate({ id: this.id });
    return this;
  }

  say(content: string, key: string = content, parent_key?: string): Promise<Message> {
    const message = { session_id: this.id, key, content, sender: "user", parent_key } as const;
    return this.client.message.add.mutate(message);
  }

  /** Asks for a reply to a message. */
  ask(key: string, parent_key: string): Promise<Message> {
    const reply = { content: "", sender: "assistant", status: "requested" } as const;
    return this.client.message.add.mutate({ session_id: this.id, key, parent_key, ...reply });
  }

  async messages(): Promise<Message[]> {
    return (await this.client.message.list.query({ session_id: this.id, limit: 500 })).items;
  }
}

/** Resolves when the session has just these messages: `key: content`, and the status in brackets. */
export async function expectMessages(user: User, ...lines: string[]): Promise<void> {
  await expect.poll(async () => (await user.messages()).map(toLine), { timeout: 30_000 }).toEqual(lines);
}

function toLine({ key, content, status }: Message): string {
  return `${key}: ${content}${status === undefined ? "" : ` [${status}]`}`;
}

/** A source that yields what the test gives to it. */
export class Script {
  #waiting: string[] = [];
  #wake: (() => void) | undefined;
  #isOver = false;

  say(text: string): void {
    this.#waiting.push(text);
    this.#wake?.();
  }

  end(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    for (;;) {
      const text = this.#waiting.shift();
      if (text !== undefined) yield text;
      else if (this.#isOver) return;
      else await new Promise<void>((wake) => (this.#wake = wake));
    }
  }
}

/** A script for each reply, in the order in which they begin. */
export function scripted() {
  const begun: { script: Script; request: ReplyRequest }[] = [];
  const reply = (request: ReplyRequest): Script => {
    const script = new Script();
    begun.push({ script, request });
    return script;
  };
  const at = async (index: number) => {
    await expect.poll(() => begun.length).toBeGreaterThan(index);
    return begun[index] as (typeof begun)[number];
  };
  return { reply, at, begun };
}
