import type { Call } from "./read-trace.ts";

/** A statement that a message is stored, sent to the sender by an answer or to a subscriber by an event. */
export type Answer = { id: number; key: string };

const latin1 = new TextDecoder("latin1");

/** Finds the acknowledgements in the bytes that leave the process, through any door. */
export class AnswerReader {
  readonly #unread = new Map<number, string>();

  read(call: Call): Answer[] {
    if (call.kind === "close") this.#unread.delete(call.handle.fd);
    if (call.kind !== "send" || !call.handle.target.startsWith("socket:")) return [];
    const { fd } = call.handle;
    const text = (this.#unread.get(fd) ?? "") + latin1.decode(call.data);
    const answers: Answer[] = [];
    let end = 0;
    for (const found of text.matchAll(/"id":(?<id>\d+),[^{}]*?"key":"(?<key>[^"]+)"/g)) {
      answers.push({ id: Number(found.groups?.["id"]), key: found.groups?.["key"] ?? "" });
      end = found.index + found[0].length;
    }
    // A message may be written in several calls.
    this.#unread.set(fd, text.slice(end));
    return answers;
  }
}
