import type { Message } from "../../server/contract/message.ts";
import type { Appended } from "../../server/contract/reply.ts";
import { call } from "./rest.ts";

/** The writer of one reply of the session `s`, over REST. */
export class ReplyWriter {
  readonly #url: string;
  readonly #key: string;
  readonly #writer: string;
  /** The text that was acknowledged. */
  text = "";

  constructor(url: string, key: string, writer = "w") {
    this.#url = url;
    this.#key = key;
    this.#writer = writer;
  }

  async open(fields: object = {}): Promise<Response> {
    return fetch(`${this.#url}/api/sessions/s/messages`, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": this.#key },
      body: JSON.stringify({
        content: "",
        sender: "assistant",
        status: "streaming",
        writer: this.#writer,
        ...fields,
      }),
    });
  }

  /** Appends, and rejects unless it was acknowledged. */
  async append(text: string, fields: object = {}): Promise<Appended> {
    const answer = await this.ask("append", { offset: this.text.length, text, ...fields });
    if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
    this.text += text;
    return (await answer.json()) as Appended;
  }

  async finish(fields: object = {}): Promise<Message> {
    return (await (await this.ask("finish", fields)).json()) as Message;
  }

  ask(verb: "append" | "finish" | "stop" | "claim", fields: object = {}): Promise<Response> {
    const path = `/api/sessions/s/messages/key:${this.#key}/${verb}`;
    return call(this.#url, "POST", path, { writer: this.#writer, ...fields });
  }
}

/** Opens a reply of the session `s`. */
export async function openReply(url: string, key = "r", fields: object = {}): Promise<ReplyWriter> {
  const writer = new ReplyWriter(url, key);
  const answer = await writer.open(fields);
  if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
  return writer;
}
