import type { Kysely, RawBuilder } from "kysely";
import { sql } from "kysely";
import type { OriginalTable } from "./original-tables.ts";

const twoDigits = "[0-9][0-9]";
const toTheMinute = `${twoDigits}${twoDigits}-${twoDigits}-${twoDigits} ${twoDigits}:${twoDigits}`;
const toTheSecond = `${toTheMinute}:${twoDigits}`;

/**
 * Moves the tables of the original Python backend aside for adoption. That backend did not enforce foreign keys and
 * SQLite did not enforce its column types, so any value is possible. Every row is adopted, with its id, as text that
 * the new tables can hold.
 *
 * The caller has disabled foreign keys: with them, dropping a table would delete its rows one by one, and renaming it
 * would rewrite the other tables that refer to it.
 */
export async function setOriginalAside(db: Kysely<unknown>, tables: OriginalTable[]): Promise<void> {
  // Without this, a rename rewrites the views that name the table.
  await sql`pragma legacy_alter_table = on`.execute(db);
  for (const table of tables) await db.schema.alterTable(table).renameTo(`original_${table}`).execute();
  await sql`pragma legacy_alter_table = off`.execute(db);
  await sql`create table if not exists original_chatsession (id, title, created_at)`.execute(db);
  await sql`create table if not exists original_message (id integer primary key, session_id, content, sender, timestamp)`.execute(
    db,
  );
}

/**
 * Fills the new tables: the sessions in the order of creation, and the messages of each session, numbered from 1, as
 * its change log.
 */
export async function copyOriginal(db: Kysely<unknown>): Promise<void> {
  await createTemporaryLog(db);
  await copySessions(db);
  await createMissingSessions(db);
  await copyMessages(db);
}

export async function dropOriginal(db: Kysely<unknown>): Promise<void> {
  await sql`drop table temp.log_entry`.execute(db);
  await sql`drop table temp.log_head`.execute(db);
  await db.schema.dropTable("original_message").execute();
  await db.schema.dropTable("original_chatsession").execute();
}

/**
 * Kept apart from the contents, because sorting determines the `seq`: a million rows of ids sort in memory, contents do
 * not.
 */
async function createTemporaryLog(db: Kysely<unknown>): Promise<void> {
  const sessionId = sql`coalesce(cast(session_id as text), 'recovered')`;
  await sql`
    create temp table log_entry (id integer primary key, session_id text not null, seq integer not null, dated integer)
  `.execute(db);
  await sql`
    insert into temp.log_entry (id, session_id, seq, dated)
    select id, ${sessionId}, row_number() over (partition by ${sessionId} order by id), timestamp is not null
    from original_message order by id
  `.execute(db);
  await sql`
    create temp table log_head (session_id text primary key, seq integer, first_id integer, first_dated_id integer)
  `.execute(db);
  await sql`
    insert into temp.log_head (session_id, seq, first_id, first_dated_id)
    select session_id, max(seq), min(id), min(case when dated then id end) from temp.log_entry group by session_id
  `.execute(db);
}

async function copySessions(db: Kysely<unknown>): Promise<void> {
  await sql`
    insert into chatsession (id, title, created_at, ordinal, seq)
    select original.id, coalesce(cast(title as text), 'New chat'),
      coalesce(${isoText(sql`created_at`)}, ${firstTimestamp}, ${unknownTime}),
      row_number() over (order by place), coalesce(log_head.seq, 0)
    from (
      select coalesce(cast(id as text), 'recovered-' || rowid) as id, title, created_at, rowid as place
      from original_chatsession
    ) as original
    left join temp.log_head on log_head.session_id = original.id
  `.execute(db);
}

/** Creates sessions for messages whose session is missing. */
async function createMissingSessions(db: Kysely<unknown>): Promise<void> {
  await sql`
    insert into chatsession (id, title, created_at, ordinal, seq)
    select session_id, 'New chat', coalesce(${firstTimestamp}, ${unknownTime}),
      (select coalesce(max(ordinal), 0) from chatsession) + row_number() over (order by first_id), seq
    from temp.log_head where session_id not in (select id from chatsession)
  `.execute(db);
}

async function copyMessages(db: Kysely<unknown>): Promise<void> {
  const sessionTime = sql`(select created_at from chatsession where chatsession.id = log_entry.session_id)`;
  await sql`
    insert into message (id, session_id, content, sender, timestamp, seq)
    select original.id, log_entry.session_id, coalesce(cast(content as text), ''),
      coalesce(cast(sender as text), 'user'), coalesce(${isoText(sql`timestamp`)}, ${sessionTime}), log_entry.seq
    from original_message as original join temp.log_entry on log_entry.id = original.id
    order by original.id
  `.execute(db);
}

const unknownTime = sql`'1970-01-01T00:00:00.000Z'`;

const firstTimestamp = sql`(
  select ${isoText(sql`first.timestamp`)} from original_message as first where first.id = log_head.first_dated_id
)`;

/**
 * SQLModel stores a `datetime` as "2025-11-30 12:00:00.000000", SQLite's CURRENT_TIMESTAMP as "2025-11-30 12:00:00",
 * and others omit seconds or write milliseconds. The original's API showed each as Python does: "2025-11-30T12:00:00",
 * with a fraction of six digits if there is one. Any other text stays unchanged; NULL stays NULL.
 */
function isoText(column: RawBuilder<unknown>): RawBuilder<unknown> {
  const text = sql`cast(${column} as text)`;
  // `length` and `glob` stop at a NUL. In UTF-16 a character has two bytes.
  const isWhole = sql`octet_length(${text}) = octet_length(substr(${text}, 1, length(${text})))`;
  const zone = sql`
    case when ${text} glob ${sql.lit(`*[+-]${twoDigits}:${twoDigits}`)} then substr(${text}, -6)
      when ${text} glob '*Z' then 'Z' else '' end`;
  const withoutZone = sql`substr(${text}, 1, length(${text}) - length(${zone}))`;
  return sql`
    case when ${text} glob ${sql.lit(`${toTheMinute}*`)} and ${isWhole}
      then coalesce(${withoutSpace(text)}, ${withoutSpace(withoutZone)} || ${zone}, ${text})
      else ${text}
    end`;
}

/** NULL for text that is not a time without a zone. */
function withoutSpace(text: RawBuilder<unknown>): RawBuilder<unknown> {
  const day = sql`substr(${text}, 1, 10) || 'T'`;
  const digits = sql`substr(${text}, 21)`;
  const micros = sql`substr(${digits} || '00000', 1, 6)`;
  return sql`
    case when ${text} glob ${sql.lit(toTheMinute)} then ${day} || substr(${text}, 12) || ':00'
      when ${text} glob ${sql.lit(toTheSecond)} then ${day} || substr(${text}, 12)
      when ${text} glob ${sql.lit(`${toTheSecond}.[0-9]*`)} and ${digits} not glob '*[^0-9]*'
        then ${day} || substr(${text}, 12, 8) || iif(${micros} = '000000', '', '.' || ${micros})
    end`;
}
