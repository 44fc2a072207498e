import type { Bookmark } from "../bookmarks.ts";
import type { Executor } from "./executor.ts";
import type { Placeholders } from "./statement.ts";
import { prepare } from "./statement.ts";

const selectPosition = prepare((db, { name }: Placeholders<{ name: string }>) =>
  db.selectFrom("bookmark").select("position").where("name", "=", name),
);

export async function findBookmark(db: Executor, name: string): Promise<string | undefined> {
  return (await selectPosition.takeFirst(db, { name }))?.position;
}

const upsert = prepare((db, { name, position }: Placeholders<Bookmark>) =>
  db
    .insertInto("bookmark")
    .values({ name, position })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ position }))
    .returning("name"),
);

export async function saveBookmark(db: Executor, bookmark: Bookmark): Promise<void> {
  await upsert.takeFirstOrThrow(db, bookmark);
}
