import { copyFileSync, renameSync } from "node:fs";
import { openDatabase } from "../../../db/sqlite/open-database.ts";
import { createSqliteStore } from "../../../db/sqlite/sqlite-store.ts";
import { newDatabasePath } from "../database-file.ts";
import type { StoreUnderTest } from "../store-rules.ts";
import { describeReplies } from "../reply-rules.ts";
import { describeStore } from "../store-rules.ts";

async function openUnderTest(): Promise<StoreUnderTest> {
  const file = newDatabasePath();
  const open = async () => createSqliteStore(await openDatabase({ file, synchronous: "full" }));
  let store = await open();
  return {
    store: () => store,
    takeAway() {
      const away = `${file}.away`;
      renameSync(file, away);
      return Promise.resolve(() => Promise.resolve(renameSync(away, file)));
    },
    async keepCopy() {
      await store.close();
      const copy = `${file}.copy`;
      copyFileSync(file, copy);
      store = await open();
      return async () => {
        await store.close();
        copyFileSync(copy, file);
        store = await open();
      };
    },
    close: () => store.close(),
  };
}

describeStore("the SQLite store", openUnderTest);
describeReplies("the SQLite store", openUnderTest);
