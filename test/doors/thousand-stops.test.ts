import { setTimeout as wait } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { TRPCClientError } from "@trpc/client";
import { expect, test } from "vitest";
import { createClient } from "../../client-sdk/src/index.ts";
import type { AppRouter } from "../../server/trpc/router.ts";
import { openTrpcClient } from "../faults/write-doors.ts";
import { Random } from "../support/random.ts";
import { createSession } from "../support/rest.ts";
import { startServer } from "../support/start-server.ts";

const stops = 1000;
/** So many writers write at a time, each in its own session. */
const lanes = 4;
/** The time from one word to the next. */
const wordMs = 5;
/** A stop comes at some moment of one of the first words. */
const mostWords = 8;

type Client = ReturnType<typeof openTrpcClient>["client"];
type Named = { session_id: string; key: string };
type Refusal = { code: string; length: number | undefined; status: string | undefined };

/** @returns the refusal, if it was refused */
async function append(
  client: Client,
  named: Named,
  { offset, text }: { offset: number; text: string },
): Promise<Refusal | undefined> {
  try {
    await client.message.append.mutate({ ...named, writer: "w", offset, text });
    return undefined;
  } catch (error) {
    if (!(error instanceof TRPCClientError)) throw error;
    const { data, message } = error as TRPCClientError<AppRouter>;
    return { code: data?.code ?? message, length: data?.length, status: data?.status };
  }
}

/**
 * Sends a word each {@link wordMs}, whether the words before are answered or not, until one is refused. @returns the
 * acknowledged text, and the refusals
 */
async function writeUntilRefused(
  client: Client,
  named: Named,
  onWord: (index: number) => void,
): Promise<{ text: string; words: number; ms: number; refusals: Refusal[] }> {
  const begunMs = performance.now();
  const sent: string[] = [];
  const answers: Promise<Refusal | undefined>[] = [];
  const refused = new AbortController();
  for (let offset = 0; !refused.signal.aborted; offset += sent.at(-1)?.length ?? 0) {
    const text = `word${sent.length} `;
    const answer = append(client, named, { offset, text });
    answers.push(answer);
    void answer.then((refusal) => refusal && refused.abort());
    onWord(sent.length);
    sent.push(text);
    await wait(wordMs);
  }
  const ms = performance.now() - begunMs;
  const answered = await Promise.all(answers);
  const text = sent.filter((_, index) => answered[index] === undefined).join("");
  return { text, words: sent.length, ms, refusals: answered.filter((refusal) => refusal !== undefined) };
}

test(
  "of 1,000 stops against a writer of a word each 5 ms all 1,000 are the end: the writer is told, and the text is what the stop has answered [REPLY-6]",
  { timeout: 300_000 },
  async () => {
    const server = await startServer();
    const stopper = createClient({ url: server.url });
    const random = new Random(1);
    const others: unknown[] = [];
    const sum = { words: 0, ms: 0 };
    let left = stops;

    async function stopOne(client: Client, session: string): Promise<void> {
      const named = { session_id: session, key: `reply-${left}` };
      const opening = { content: "", sender: "assistant", status: "streaming", writer: "w" } as const;
      await stopper.message.add.mutate({ ...named, ...opening });
      const stopAt = random.below(mostWords);
      const { promise: isTime, resolve: onTime } = Promise.withResolvers<void>();
      const writing = writeUntilRefused(client, named, (index) => {
        if (index === stopAt) onTime();
      });
      await isTime;
      await wait(random.fraction() * wordMs);
      const answer = await stopper.message.stop.mutate(named);
      const { text, words, ms, refusals } = await writing;
      sum.ms += ms;
      sum.words += words;
      const late = await append(client, named, { offset: text.length, text: "late " });
      const { items } = await stopper.message.list.query({ session_id: session, order: "newest", limit: 1 });
      const told = { code: "CONFLICT", length: text.length, status: "stopped" };
      const seen = [answer.status, answer.content, items, late, ...refusals];
      const expected = ["stopped", text, [answer], told, ...refusals.map(() => told)];
      if (!isDeepStrictEqual(seen, expected)) others.push(seen);
    }

    await Promise.all(
      Array.from({ length: lanes }, async (_, lane) => {
        const session = `lane-${lane}`;
        await createSession(server.url, { id: session });
        const { client, close } = openTrpcClient(server);
        while (left > 0) {
          left -= 1;
          await stopOne(client, session);
        }
        close();
      }),
    );
    const pace = `one each ${(sum.ms / sum.words).toFixed(1)} ms`;
    process.stdout.write(`${stops - others.length} of ${stops} stopped, after ${sum.words} words, ${pace}\n`);
    expect(others).toEqual([]);
  },
);
