import type { Executor } from "../statements/executor.ts";
import {
  tombstoneMessage,
  findMessage,
  findMessageByKey,
  insertMessage,
  updateContent,
  updateProgress,
  updateToStreaming,
} from "../statements/message-queries.ts";
import {
  countOpenReplies,
  findReplyStand,
  openReply,
  removeReply,
  renewReply,
  takeMessageId,
} from "../statements/reply-queries.ts";
import { insertReplyPiece } from "../statements/reply-pieces.ts";
import type { ChangeSeqs } from "../statements/session-queries.ts";
import {
  findSession,
  takeNextSeq,
  takeSeqOfMessage,
  takeSeqOfPiece,
  updateTitle,
} from "../statements/session-queries.ts";
import { insertSession } from "../statements/make-session.ts";
import { deleteSessionRow } from "../statements/purge.ts";
import { findForbiddingTable } from "../statements/referring-tables.ts";
import type {
  CommittedChange,
  MessageRow,
  NamedMessage,
  NewMessageRow,
  NewPiece,
  ReplyEnd,
  SessionChange,
  SessionHeadRow,
} from "../store.ts";
import { NothingLeft, ReferredTo } from "../store.ts";

/** A change to a session within a write transaction, which locks the whole file. */
export class SqliteChange implements SessionChange {
  readonly #trx: Executor;
  readonly #id: string;
  /** The numbers of its last change; undefined as long as nothing has changed. */
  seqs: { seq: number; list_seq?: number } | undefined;
  readonly changes: CommittedChange[] = [];
  /** Whether messages of a deleted session wait for removal. */
  hasLeftMessages = false;

  constructor(trx: Executor, id: string) {
    this.#trx = trx;
    this.#id = id;
  }

  find() {
    return findSession(this.#trx, this.#id);
  }

  findMessage(named: NamedMessage) {
    return findMessage(this.#trx, this.#id, named);
  }

  findSend(key: string) {
    return findMessageByKey(this.#trx, this.#id, key);
  }

  async create(head: Omit<SessionHeadRow, "id">): Promise<boolean> {
    const made = await insertSession(this.#trx, { id: this.#id, ...head });
    if (!made) return false;
    this.#take(made);
    if (!Number.isSafeInteger(made.ordinal)) throw new NothingLeft("ordinals for new sessions");
    this.hasLeftMessages = !made.isPurged;
    return true;
  }

  async addMessage({ writer = "", ...message }: NewMessageRow): Promise<MessageRow | undefined> {
    const seqs = this.#take(await takeSeqOfMessage(this.#trx, this.#id));
    if (!seqs) return undefined;
    const row = await insertMessage(this.#trx, { session_id: this.#id, ...message, seq: seqs.seq });
    if (row.status === "streaming") await this.#open(row, writer);
    return this.#tell(row);
  }

  async editMessage(
    id: number,
    edit: Pick<MessageRow, "content" | "extra">,
  ): Promise<MessageRow | undefined> {
    const seqs = this.#take(await takeNextSeq(this.#trx, this.#id));
    return seqs && this.#tell(await updateContent(this.#trx, { id, ...edit, seq: seqs.seq }));
  }

  findReply(named: NamedMessage) {
    return findReplyStand(this.#trx, this.#id, named);
  }

  countOpenReplies() {
    return countOpenReplies(this.#trx, this.#id);
  }

  async claimReply(id: number, writer: string): Promise<MessageRow> {
    const row = await updateToStreaming(this.#trx, { id, seq: await this.#nextSeq() });
    await this.#open(row, writer);
    return this.#tell(row);
  }

  renewReply(id: number): Promise<number> {
    return renewReply(this.#trx, id);
  }

  async appendToReply(id: number, piece: NewPiece): Promise<number> {
    const seq = await takeSeqOfPiece(this.#trx, this.#id);
    if (!Number.isSafeInteger(seq)) throw new NothingLeft("positions in this session");
    await insertReplyPiece(this.#trx, id, { ...piece, seq });
    this.seqs = { ...this.seqs, seq };
    this.changes.push({ type: "piece", seq, message_id: id, piece });
    return seq;
  }

  async endReply(id: number, end: ReplyEnd): Promise<MessageRow> {
    const seq = await this.#nextSeq();
    await removeReply(this.#trx, id);
    const complete_id = await takeMessageId(this.#trx);
    return this.#tell(await updateProgress(this.#trx, { id, ...end, complete_id, seq }));
  }

  async removeMessage(id: number): Promise<boolean> {
    const seqs = this.#take(await takeNextSeq(this.#trx, this.#id));
    if (!seqs) return false;
    await removeReply(this.#trx, id);
    await tombstoneMessage(this.#trx, { id, seq: seqs.seq });
    return true;
  }

  async rename(title: string): Promise<void> {
    this.#take(await updateTitle(this.#trx, this.#id, title));
  }

  async remove(): Promise<boolean> {
    const table = await findForbiddingTable(this.#trx, this.#id);
    if (table !== undefined) throw new ReferredTo(table);
    const deleted = await deleteSessionRow(this.#trx, this.#id);
    if (!deleted) return false;
    this.#take(deleted.seqs);
    this.hasLeftMessages = !deleted.isPurged;
    return true;
  }

  /** Another program may have stored the largest number that JSON holds exactly, or a larger one. */
  #take(seqs: ChangeSeqs | undefined): ChangeSeqs | undefined {
    if (!seqs) return undefined;
    if (!Number.isSafeInteger(seqs.seq)) throw new NothingLeft("positions in this session");
    if (!Number.isSafeInteger(seqs.list_seq)) throw new NothingLeft("positions in its list of sessions");
    this.seqs = seqs;
    return seqs;
  }

  /** Takes the next `seq` of the session, which exists. */
  async #nextSeq(): Promise<number> {
    const seqs = this.#take(await takeNextSeq(this.#trx, this.#id));
    if (!seqs) throw new TypeError(`There is no session ${this.#id}.`);
    return seqs.seq;
  }

  #open({ id, seq, content }: MessageRow, writer: string): Promise<void> {
    return openReply(this.#trx, { messageId: id, sessionId: this.#id, writer, seq, chars: content.length });
  }

  #tell(message: MessageRow): MessageRow {
    this.changes.push({ type: "message", seq: message.seq, message });
    return message;
  }
}
