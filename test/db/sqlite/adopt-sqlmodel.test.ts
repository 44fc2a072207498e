import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findSession } from "../../../db/statements/session-queries.ts";
import { mayBeLeftOut } from "../../support/may-be-left-out.ts";
import { newDatabasePath, open } from "../database-file.ts";

const python = process.env["PYTHON"] ?? "/usr/bin/python3";
const hasSqlModel = spawnSync(python, ["-c", "import sqlmodel"]).status === 0;

type ShownSession = {
  id: string;
  title: string;
  created_at: string;
  messages: { id: number; session_id: string }[];
};

describe.skipIf(!hasSqlModel && mayBeLeftOut())(
  "a file that SQLModel wrote (needs Python with sqlmodel: apt-get install python3-sqlmodel, or PYTHON=…)",
  () => {
    test.each(["text", "datetime"])(
      "with times as %s shows what the original's API showed",
      async (times) => {
        const file = newDatabasePath();
        const script = join(import.meta.dirname, "original-backend.py");
        const output = execFileSync(python, [script, file, times], { encoding: "utf8" });
        const shown = JSON.parse(output) as ShownSession[];
        expect(shown.flatMap(({ messages }) => messages)).toHaveLength(6);

        const { read } = await open(file);
        const sessions = await read.builder
          .selectFrom("chatsession")
          .select(["id", "title", "created_at"])
          .where("id", "!=", "gone")
          .orderBy("ordinal")
          .execute();
        const messages = await read.builder
          .selectFrom("message")
          .select(["id", "session_id", "content", "sender", "timestamp"])
          .orderBy("id")
          .execute();
        const adopted = sessions.map((session) => ({
          ...session,
          messages: messages.filter(({ session_id }) => session_id === session.id),
        }));
        expect(adopted).toEqual(shown);
        expect(messages.at(-1)).toMatchObject({ id: 7, session_id: "gone", content: "Anyone?" });
        expect(await findSession(read, "gone")).toMatchObject({ title: "New chat" });
      },
    );
  },
);
