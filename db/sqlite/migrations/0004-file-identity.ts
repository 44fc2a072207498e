import type { Kysely } from "kysely";
import { sql } from "kysely";
import type { Migration } from "kysely/migration";

/** The identity of a file, which shows when another file has taken its place. */
export const fileIdentity: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .alterTable("history")
      .addColumn("run", "text", (column) => column.notNull().defaultTo(""))
      .execute();
    await db.schema
      .alterTable("history")
      .addColumn("closed", "integer", (column) =>
        column
          .notNull()
          .defaultTo(1)
          .check(sql`closed in (0, 1)`),
      )
      .execute();
    await db.schema
      .alterTable("history")
      .addColumn("copied", "integer", (column) =>
        column
          .notNull()
          .defaultTo(0)
          .check(sql`copied in (0, 1)`),
      )
      .execute();
  },
};
