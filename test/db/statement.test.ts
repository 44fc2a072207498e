import { sql } from "kysely";
import { expect, test } from "vitest";
import { NoRowError } from "../../db/database-errors.ts";
import { opaque, prepare, prepareByShape } from "../../db/statement.ts";
import { open } from "./database-file.ts";

test("a statement is built once and runs with the parameters of each call", async () => {
  const { read } = await open();
  let built = 0;
  const add = prepare((db, { left, right }: { left: number; right: number }) => {
    built += 1;
    return db
      .selectFrom("history")
      .select(sql<number>`${opaque(left, "integer")} - ${opaque(right, "integer")}`.as("result"));
  });
  expect(await add.all(read, { left: 5, right: 3 })).toEqual([{ result: 2 }]);
  expect(await add.first(read, { right: 10, left: 4 })).toEqual({ result: -6 });
  expect(built).toBe(1);
});

test("values that are part of the statement stay what they were when it was built", async () => {
  const { read } = await open();
  const select = prepare((db, { text }: { text: string | null }) =>
    db.selectFrom("history").select([sql`${"fixed"}`.as("fixed"), sql`${text}`.as("text")]),
  );
  expect(await select.only(read, { text: "one" })).toEqual({ fixed: "fixed", text: "one" });
  expect(await select.only(read, { text: null })).toEqual({ fixed: "fixed", text: null });
});

test("each shape is a statement of its own, built once", async () => {
  const { read } = await open();
  const built: boolean[] = [];
  const rows = prepareByShape(
    ({ id }: { id?: number }) => ({ one: id !== undefined }),
    (db, parameters, { one }) => {
      built.push(one);
      return db
        .selectFrom("history")
        .select("id")
        .$if(one, (query) => query.where(sql<boolean>`id = ${parameters.id}`));
    },
  );
  for (const parameters of [{ id: 1 }, {}, { id: 2 }, {}]) await rows(parameters).all(read, parameters);
  expect(await rows({ id: 2 }).all(read, { id: 2 })).toEqual([]);
  expect(await rows({}).all(read, {})).toEqual([{ id: 1 }]);
  expect(built).toEqual([true, false]);
});

test("a statement that must give a row says so when it gives none", async () => {
  const { read } = await open();
  const select = prepare((db, { id }: { id: number }) =>
    db
      .selectFrom("history")
      .select("epoch")
      .where(sql<boolean>`id = ${id}`),
  );
  expect(await select.first(read, { id: 2 })).toBeUndefined();
  await expect(select.only(read, { id: 2 })).rejects.toThrow(NoRowError);
});

test("what SQLite refuses rejects, and does not throw", async () => {
  const { read } = await open();
  const insert = prepare((db) => db.insertInto("history").values({ id: 1, epoch: "" }));
  await expect(insert.all(read, {})).rejects.toThrow("readonly");
});
