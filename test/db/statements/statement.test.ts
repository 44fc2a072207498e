import {
  DummyDriver,
  Kysely,
  NoResultError,
  PostgresQueryCompiler,
  sql,
  SqliteAdapter,
  SqliteIntrospector,
} from "kysely";
import { expect, expectTypeOf, test } from "vitest";
import type { Placeholders } from "../../../db/statements/statement.ts";
import { unpeekedParam, prepare, prepareByShape } from "../../../db/statements/statement.ts";
import type { Executor } from "../../../db/statements/executor.ts";
import type { Tables } from "../../../db/statements/tables.ts";
import { open } from "../database-file.ts";

test("a statement is built once and runs with the parameters of each call", async () => {
  const { read } = await open();
  let built = 0;
  const add = prepare((db, { left, right }: Placeholders<{ left: number; right: number }>) => {
    built += 1;
    return db
      .selectFrom("history")
      .select(
        sql<number>`${unpeekedParam(left, "integer")} - ${unpeekedParam(right, "integer")}`.as("result"),
      );
  });
  expect(await add.execute(read, { left: 5, right: 3 })).toEqual([{ result: 2 }]);
  expect(await add.takeFirst(read, { right: 10, left: 4 })).toEqual({ result: -6 });
  expect(built).toBe(1);
});

test("values that are part of the statement stay what they were when it was built", async () => {
  const { read } = await open();
  const select = prepare((db, { text }: Placeholders<{ text: string | null }>) =>
    db.selectFrom("history").select([sql`${"fixed"}`.as("fixed"), sql`${text}`.as("text")]),
  );
  expect(await select.takeFirstOrThrow(read, { text: "one" })).toEqual({ fixed: "fixed", text: "one" });
  expect(await select.takeFirstOrThrow(read, { text: null })).toEqual({ fixed: "fixed", text: null });
});

test("a parameter has no value while the statement is built, so that looking at one does not compile", () => {
  prepare((db, { limit }: Placeholders<{ limit: number }>) => {
    expectTypeOf(limit).not.toExtend<number>();
    return db.selectFrom("history").select("id").limit(limit);
  });
});

test("a parameter that is missing is an error, and not null", async () => {
  const { read } = await open();
  const select = prepare((db, { text }: Placeholders<{ text: string | null }>) =>
    db.selectFrom("history").select(sql`${text}`.as("text")),
  );
  const parameters = {} as { text: string | null };
  await expect(select.execute(read, parameters)).rejects.toThrow("The parameter text is missing");
});

test("each dialect has its own text of a statement", async () => {
  const { read } = await open();
  class OtherAdapter extends SqliteAdapter {}
  const other = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new OtherAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
  const built: string[] = [];
  const select = prepare((db, { id }: Placeholders<{ id: number }>) => {
    const statement = db
      .selectFrom("history")
      .select("id")
      .where(sql<boolean>`id = ${id}`);
    built.push(statement.compile().sql);
    return statement;
  });
  const postgres: Executor = { builder: other, run: () => Promise.resolve([]) };
  for (const db of [read, postgres, read, postgres]) await select.execute(db, { id: 1 });
  expect(built).toEqual([
    'select "id" from "history" where id = ?',
    'select "id" from "history" where id = $1',
  ]);
});

test("each shape is a statement of its own, built once", async () => {
  const { read } = await open();
  const built: boolean[] = [];
  const rows = prepareByShape(
    ({ id }: { id?: number }) => ({ one: id !== undefined }),
    (db, parameters: Placeholders<{ id?: number }>, { one }) => {
      built.push(one);
      return db
        .selectFrom("history")
        .select("id")
        .$if(one, (query) => query.where(sql<boolean>`id = ${parameters.id}`));
    },
  );
  for (const parameters of [{ id: 1 }, {}, { id: 2 }, {}]) await rows(parameters).execute(read, parameters);
  expect(await rows({ id: 2 }).execute(read, { id: 2 })).toEqual([]);
  expect(await rows({}).execute(read, {})).toEqual([{ id: 1 }]);
  expect(built).toEqual([true, false]);
});

test("a statement that must give a row says so when it gives none", async () => {
  const { read } = await open();
  const select = prepare((db, { id }: Placeholders<{ id: number }>) =>
    db
      .selectFrom("history")
      .select("epoch")
      .where(sql<boolean>`id = ${id}`),
  );
  expect(await select.takeFirst(read, { id: 2 })).toBeUndefined();
  await expect(select.takeFirstOrThrow(read, { id: 2 })).rejects.toThrow(NoResultError);
});

test("what SQLite refuses rejects, and does not throw", async () => {
  const { read } = await open();
  const insert = prepare((db) => db.insertInto("history").values({ id: 1, epoch: "" }));
  await expect(insert.execute(read, {})).rejects.toThrow("readonly");
});
