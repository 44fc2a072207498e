/** A rule that holds in every file that AI Desk has written, as a statement that finds violations. */
type FileRule = {
  /** Its name, in capitals. */
  name: string;
  /** The first migration after which a file has the columns that the statement reads. */
  since: string;
  /** The migration after which another rule of this name holds. */
  until?: string;
  /** Returns a row with the column `place` for each violation: its location, in words. */
  select: string;
  /** The fault, to follow the number of violations: such as `messages without a session`. */
  fault: string;
  /** The consequence, or the remedy. */
  remedy: string;
};

/** JSON cannot hold a larger integer exactly. */
const largestExact = "9007199254740991";

const lastMessageSeq = "coalesce((select max(seq) from message where session_id = session.id), 0)";

const lastPieceSeq = "coalesce((select max(seq) from reply where session_id = session.id), 0)";

const chatLog = "0001-chat-log";

/** From this migration on, the row of a message stays as it is while its reply grows. */
const replyPositions = "0011-reply-positions";

/** The sessions of which no row has the last change, among these positions. */
function gapAfter(...positions: string[]): Omit<FileRule, "since"> {
  const last = `max(title_seq, ${positions.join(", ")})`;
  return {
    name: "GAP",
    select: `select 'session ' || quote(id) || ' at ' || seq || ', its last change at ' || ${last} as place
      from chatsession as session where deleted = 0 and ${last} < seq`,
    fault: "sessions whose last change is in no row",
    remedy: "Another program has removed rows. Their content is gone unless a backup has it.",
  };
}

export const fileRules: FileRule[] = [
  {
    name: "ORPHAN",
    since: chatLog,
    select: `select 'message ' || id || ' of ' || quote(session_id) as place from message
      where not exists (select 1 from chatsession where chatsession.id = message.session_id)`,
    fault: "messages without a session",
    remedy:
      "They are in no answer. Insert a row into chatsession for each of their sessions, or delete them.",
  },
  {
    name: "HEAD",
    since: chatLog,
    select: `select 'session ' || quote(id) || ' at ' || seq || ' with a message at ' || ${lastMessageSeq} as place
      from chatsession as session where ${lastMessageSeq} > seq`,
    fault: "sessions with a message beyond their last position",
    remedy: "Another program has written these messages. Set the session's seq to that of its last message.",
  },
  { ...gapAfter(lastMessageSeq), since: chatLog, until: replyPositions },
  { ...gapAfter(lastMessageSeq, lastPieceSeq), since: replyPositions },
  {
    name: "REPLY",
    since: replyPositions,
    select: `select 'message ' || id || ', which streams' as place from message
      where status = 'streaming' and not exists (select 1 from reply where reply.message_id = message.id)
        and not exists (select 1 from chatsession where id = message.session_id and message.id <= purge_id)
      union all
      select 'message ' || reply.message_id || ', which does not stream' from reply
      where not exists (select 1 from message
        where message.id = reply.message_id and status = 'streaming' and message.session_id = reply.session_id)
      union all
      select 'message ' || message.id || ' at ' || reply.seq from reply join message on message.id = reply.message_id
      where reply.seq <> coalesce(
        (select max(seq) from reply_piece as piece where piece.message_id = reply.message_id), message.seq)
      union all
      select distinct 'pieces of message ' || message_id from reply_piece
      where message_id not in (select message_id from reply)`,
    fault: "replies that do not agree with their pieces",
    remedy: "Another program has written or removed them. A stop of the reply keeps the text that is there.",
  },
  {
    name: "DOUBLED SEQ",
    since: chatLog,
    select: `select 'session ' || quote(session_id) || ' at ' || seq as place
      from message group by session_id, seq having count(*) > 1
      union all
      select 'session ' || quote(id) || ' at ' || title_seq from chatsession as session
      where exists (select 1 from message where session_id = session.id and seq = title_seq)`,
    fault: "positions of two changes",
    remedy: "A reader that resumes there may miss one of them. Restore a backup.",
  },
  {
    name: "DOUBLED KEY",
    since: chatLog,
    select: `select 'key ' || quote(key) || ' of ' || quote(session_id) as place
      from message where key is not null group by session_id, key having count(*) > 1`,
    fault: "keys of two messages",
    remedy: "A repeated send is answered with either. Delete the one that is too many.",
  },
  {
    name: "PLACE",
    since: chatLog,
    select: `select 'session ' || quote(id) as place from chatsession
      where seq not between 0 and ${largestExact} or title_seq not between 0 and seq or start_seq not between 0 and seq
        or ordinal not between 1 and ${largestExact}
      union all
      select 'message ' || id from message where seq not between 1 and ${largestExact}
      union all
      -- The next would be one that cannot be: nothing more can be stored there.
      select 'session ' || quote(id) || ' at the last position that there may be' from chatsession
      where seq = ${largestExact} or ordinal = ${largestExact}`,
    fault: "positions that cannot be",
    remedy:
      "Another program has written them. Give them places after the last ones of the others, or restore a backup.",
  },
  {
    name: "LIST",
    since: "0002-list-log",
    select: `select 'position ' || list_seq as place from chatsession group by list_seq having count(*) > 1
      union all
      select 'place ' || ordinal from chatsession group by ordinal having count(*) > 1
      union all
      select 'session ' || quote(id) from chatsession where list_seq not between 1 and ${largestExact} - 1`,
    fault: "places in the list of sessions that are none, or of two",
    remedy: "Another program has written them. Restore a backup.",
  },
  {
    name: "ACTIVITY",
    since: "0006-activity",
    select: `select 'session ' || quote(id) || ' at ' || quote(activity_seq) as place from chatsession
      where typeof(activity_seq) <> 'integer' or activity_seq not between 0 and (select max(list_seq) from chatsession)`,
    fault: "sessions whose place by activity cannot be",
    remedy:
      "Another program has written them. Set activity_seq to 0, or to that of a session beside which it belongs.",
  },
  {
    name: "FIRST SEQ",
    since: "0007-first-position",
    select: `select 'message ' || id || ' at ' || quote(sent_seq) as place from message
      where sent_seq is not null and (typeof(sent_seq) <> 'integer' or sent_seq not between 1 and seq)`,
    fault: "messages that were added at a position that cannot be",
    remedy: "Another program has written them. Set sent_seq to null.",
  },
  {
    name: "TOMBSTONE",
    since: chatLog,
    select: `select 'message ' || id as place from message where deleted = 1 and content <> ''
      union all
      select 'session ' || quote(id) from chatsession where deleted = 1 and title <> ''`,
    fault: "deleted messages or sessions that still have their text",
    remedy: "No answer shows that text. Set content, or title, to ''.",
  },
  {
    name: "PURGE",
    since: "0005-unfinished-deletions",
    // The messages that a deletion has left are found by their ids: see `message.table.ts`.
    select: `select 'message ' || message.id || ' of ' || quote(session.id) as place
      from message join chatsession as session on session.id = message.session_id
      where (session.deleted = 1 or message.seq <= session.start_seq) and (message.id <= session.purge_id) is not true`,
    fault: "messages of deleted sessions that nothing removes",
    remedy:
      "Another program has written them. Delete them, or set purge_id of their session to the highest of their ids.",
  },
  {
    name: "VALUE",
    since: chatLog,
    select: `select 'message ' || id as place from message
      where typeof(session_id) <> 'text' or typeof(content) <> 'text' or typeof(sender) <> 'text'
        or typeof(timestamp) <> 'text' or typeof(seq) <> 'integer' or deleted not in (0, 1)
        or id not between -${largestExact} and ${largestExact}
      union all
      select 'session ' || quote(id) from chatsession
      where typeof(id) <> 'text' or typeof(title) <> 'text' or typeof(created_at) <> 'text'
        or typeof(seq) <> 'integer' or deleted not in (0, 1) or typeof(ordinal) <> 'integer'
        or typeof(title_seq) <> 'integer' or typeof(start_seq) <> 'integer'`,
    fault: "values that no answer can carry as they are",
    remedy:
      "Another program has written them. Give text columns text, and positions, ordinal and deleted whole numbers.",
  },
];
