import { expect, test } from "vitest";
import type { Edit } from "../support/changed-copy.ts";
import { copyWith } from "../support/changed-copy.ts";
import { openReply } from "../support/replies.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import type { CrashKind, Recording } from "./crash-images.ts";
import { crash } from "./crash-images.ts";
import { isLongForm } from "./failing-calls.ts";
import { recordLives } from "./record.ts";
import { wordOf } from "./reply-content.ts";
import { crashAndReport, expectModelToBeTrue, faultsOf } from "./report-crashes.ts";
import { describeTraced } from "./strace.ts";

/** How a reply ends in a recording, if it does. */
const ends = ["finish", "stop", undefined] as const;

/** Records writers of three replies at a time, one word an append. In each life two are ended, and one stays open. */
async function recordReplies({
  rounds,
  words,
  root,
}: {
  rounds: number;
  words: number;
  root?: string;
}): Promise<Recording> {
  const pieceEnds = new Map<number, { key: string; length: number }>();
  const writeAll = async (url: string, life: number): Promise<void> => {
    for (let round = 0; round < rounds; round += 1) {
      await Promise.all(ends.map((end, index) => write(url, `r${life}-${round}-${index}`, end)));
    }
  };
  const write = async (url: string, key: string, end: (typeof ends)[number]): Promise<void> => {
    const reply = await openReply(url, key);
    for (let index = 0; index < words; index += 1) {
      const { length, seq } = await reply.append(wordOf(key, index));
      pieceEnds.set(seq, { key, length });
    }
    if (end) await reply.ask(end);
  };
  const lives = (["SIGKILL", "SIGTERM"] as const).map((end, life) => ({
    end,
    work: ({ url }: { url: string }) => writeAll(url, life),
  }));
  const recording = await recordLives(lives, { synchronous: "full", ...(root !== undefined && { root }) });
  return { ...recording, pieceEnds };
}

describeTraced("a crash after any call leaves replies whole", 3_600_000, () => {
  test("each acknowledged append and end is there, and the text is either in the message or in its pieces [REPLY-2] [REPLY-6] [DURABLE-2]", async () => {
    const size = isLongForm ? { rounds: 2, words: 40 } : { rounds: 1, words: 8 };
    const recording = await recordReplies(size);
    expectModelToBeTrue(recording);
    const crashes = await crashAndReport(recording, "replies", isLongForm ? 3000 : 40);
    expect(faultsOf(crashes)).toEqual([]);
    const replies = 2 * size.rounds;
    // Each append is told, and of each round two ends.
    expect(crashes.at(-1)?.acknowledged).toBe(replies * (3 * size.words + 2));
  });

  const commitEarly: Edit = {
    file: "db/sqlite/group-commit.ts",
    from: "return settled;",
    to: "for (const settle of settled) settle(); await new Promise((sent) => setTimeout(sent, 5)); return settled;",
  };
  const keepPieces: Edit = {
    file: "db/sqlite/sqlite-change.ts",
    from: "const seq = await this.#nextSeq();\n    await removeReply(this.#trx, id);",
    to: "const seq = await this.#nextSeq();",
  };

  test.each<{ fault: string; edit: Edit; found: RegExp; after: CrashKind }>([
    {
      fault: "an append is answered before its commit",
      edit: commitEarly,
      found: /LOST [1-9]/,
      after: "process killed",
    },
    {
      fault: "the pieces of a reply stay after its end",
      edit: keepPieces,
      found: /FOLD/,
      after: "power lost, only what was synced",
    },
  ])("a fault is found in the images: $fault", async ({ edit, found, after }) => {
    const recording = await recordReplies({ rounds: 1, words: 4, root: copyWith([edit]) });
    const { crashes } = await crash(recording, { count: 20, seed: 1, scratch: makeTemporaryFolder() });
    expect(faultsOf(crashes.filter(({ kind }) => kind === after)).join("\n")).toMatch(found);
  });
});
