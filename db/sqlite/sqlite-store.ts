import type { Database } from "./database.ts";
import { listChangedSessions, readListHead, readListSnapshot } from "../statements/list-queries.ts";
import { areSmallChanges, listChangedMessages } from "../statements/log-queries.ts";
import { listCompletedMessages } from "../statements/completed-messages.ts";
import { findMessage } from "../statements/message-queries.ts";
import { findSession, findSessionLog } from "../statements/session-queries.ts";
import {
  isSmallPage,
  listMessageChunk,
  listMessages,
  listMessageSizes,
} from "../statements/message-pages.ts";
import {
  findSessionExtent,
  findSessionLogExtent,
  isAlive,
  listSessionExtents,
} from "../statements/session-extents.ts";
import { findSidebarSessions, listOrdinalsByActivity, listSidebarPage } from "../statements/sidebar-pages.ts";
import { findBookmark, saveBookmark } from "../statements/bookmark-queries.ts";
import { listOpenReplies } from "../statements/reply-queries.ts";
import { readSnapshot } from "../statements/snapshot.ts";
import type { Executor } from "../statements/executor.ts";
import type { ListReads, MessageReads, ReplyReads, SessionReads, Store } from "../store.ts";
import { OthersWatch } from "./others-watch.ts";
import { SessionWriter } from "./session-writer.ts";
import { toStoreError } from "./to-store-error.ts";

/** The store over an SQLite file. */
export function createSqliteStore(database: Database): Store {
  const writer = new SessionWriter(database);
  const others = new OthersWatch(database, writer);
  return {
    ...bindReads(database.read, others),
    bookmarks: {
      find: (name) => findBookmark(database.read, name).catch(toStoreError),
      save: (bookmark) => database.write((trx) => saveBookmark(trx, bookmark)).catch(toStoreError),
    },
    change: (sessionId, unit) => writer.change(sessionId, unit).catch(toStoreError),
    onCommit: (listener) => writer.onCommit(listener),
    onOthersCommit: (listener) => others.watch(listener),
    probe: () => database.probe().catch(toStoreError),
    async close() {
      others.stop();
      await database.close();
    },
  };
}

type Reads = { sessions: SessionReads; messages: MessageReads; list: ListReads; replies: ReplyReads };

function bindReads(db: Executor, others: OthersWatch): Reads {
  const bind =
    <Args extends unknown[], Value>(read: (executor: Executor, ...args: Args) => Promise<Value>) =>
    (...args: Args): Promise<Value> =>
      read(db, ...args).catch(toStoreError);
  return {
    replies: { listOpen: bind(listOpenReplies) },
    sessions: {
      find: bind(findSession),
      findLog: bind(findSessionLog),
      findExtent: bind(findSessionExtent),
      findLogExtent: bind(findSessionLogExtent),
      isAlive: bind(isAlive),
      listExtents: bind(listSessionExtents),
      readSnapshot: bind(readSnapshot),
      listStands: (ids) => others.listStands(ids).catch(toStoreError),
    },
    messages: {
      find: bind(findMessage),
      list: bind(listMessages),
      listChunk: bind(listMessageChunk),
      listCompleted: bind(listCompletedMessages),
      listSizes: bind(listMessageSizes),
      isSmallPage: bind(isSmallPage),
      listChanged: bind(listChangedMessages),
      areSmallChanges: bind(areSmallChanges),
    },
    list: {
      readHead: bind(readListHead),
      listChanged: bind(listChangedSessions),
      readSnapshot: bind(readListSnapshot),
      listPage: bind(listSidebarPage),
      listOrdinals: bind(listOrdinalsByActivity),
      find: bind(findSidebarSessions),
    },
  };
}
