import { setTimeout as wait } from "node:timers/promises";
import type { Random } from "../support/random.ts";
import type { Progress } from "./progress.ts";
import type { ReplyAnswer, ReplyHistory, ReplyRequest } from "./reply-history.ts";
import { plannedText } from "./reply-history.ts";

type Append = Extract<ReplyRequest, { type: "append" }>;

/** How a writer ends its reply. `break off` ends its connection within the text, and `leave` sends nothing more. */
type Way = "finish" | "replace" | "stream" | "break off" | "leave";

const ways: readonly Way[] = ["finish", "finish", "replace", "stream", "break off", "leave"];

type Stage = {
  random: Random;
  progress: Progress;
  ask: (reply: ReplyHistory, request: ReplyRequest) => Promise<ReplyAnswer>;
  /** Does something to another reply, or nothing. */
  meddle: (written: ReplyHistory) => Promise<void>;
};

/** Adds a piece to the text that the writer wants. */
export function addPiece({ key, pieces }: ReplyHistory, random: Random): string {
  const padding = "x".repeat(random.fraction() < 0.1 ? random.below(2000) : 0);
  // No piece is a part of another.
  const piece = `[${pieces.length}${padding} of ${key} 👋] `;
  pieces.push(piece);
  return piece;
}

/** Writes an opened reply, until it ends or its writer leaves it. */
export async function writeReply(reply: ReplyHistory, stage: Stage): Promise<void> {
  const { random, progress, ask, meddle } = stage;
  const way = random.pick(ways);
  let length = 0;
  /** The number of its chunks; undefined if the writer does not know it. */
  let chunkCount: number | undefined = 0;

  for (let left = 1 + random.below(25); left > 0 && !progress.isOver; left -= 1) {
    if (!(await appendNext())) return;
    await meddle(reply);
    await wait(random.below(6));
  }
  if (way === "finish") await ask(reply, { type: "finish" });
  if (way === "replace") await ask(reply, { type: "finish", content: `the whole of ${reply.key}` });
  if (way === "stream" || way === "break off") await streamRest(way === "break off");

  /** @returns whether the reply still takes text */
  async function appendNext(): Promise<boolean> {
    const request = nextAppend();
    if (!take(request, await ask(reply, request))) return false;
    const choice = random.fraction();
    if (choice < 0.1) return take(request, await ask(reply, request));
    if (choice < 0.15) {
      const hold: Append = { type: "append", offset: length, text: "" };
      return take(hold, await ask(reply, hold));
    }
    if (choice < 0.2) await ask(reply, stray());
    return true;
  }

  /** Goes on with the text where the server has it. */
  function nextAppend(): Append {
    const text = plannedText(reply).slice(length) || addPiece(reply, random);
    const chunks =
      chunkCount === undefined || random.fraction() < 0.7 ? undefined : [chunkCount, chunkCount + 1];
    return { type: "append", offset: length, text, ...(chunks && { chunks }) };
  }

  function take({ offset, text, chunks }: Append, answer: ReplyAnswer): boolean {
    if (answer.outcome === "done") {
      length = Math.max(length, offset + text.length);
      const last = chunks?.at(-1);
      if (chunkCount !== undefined && last !== undefined) chunkCount = last + 1;
      return true;
    }
    if (answer.outcome !== "refused" || answer.status !== "streaming") return false;
    // The database was put back to an earlier state.
    length = answer.length ?? 0;
    chunkCount = undefined;
    return true;
  }

  /** An append that must be refused: a gap, other text, or another writer. */
  function stray(): Append {
    const gap = { offset: length + 1, text: "beyond" };
    const foreign = { offset: length, text: "foreign", writer: "another" };
    const other = { offset: Math.max(0, length - 3), text: "@@@@@@" };
    const kinds: Omit<Append, "type">[] = [gap, foreign, ...(length > 0 ? [other] : [])];
    return { type: "append", isStray: true, ...random.pick(kinds) };
  }

  async function streamRest(breaksOff: boolean): Promise<void> {
    for (let count = 0; count < 4; count += 1) addPiece(reply, random);
    const text = plannedText(reply).slice(length);
    const answer = await ask(reply, { type: "stream", offset: length, text, breaksOff });
    if (answer.outcome !== "unknown" || breaksOff || random.fraction() < 0.5) return;
    // It comes back to the reply after its connection was lost.
    const { message } = { message: undefined, ...(await ask(reply, { type: "open" })) };
    if (message?.status !== "streaming") return;
    length = message.content?.length ?? 0;
    chunkCount = undefined;
    while (length < plannedText(reply).length) if (!(await appendNext())) return;
    await ask(reply, { type: "finish" });
  }
}
