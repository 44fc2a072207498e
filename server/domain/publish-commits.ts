import type { CommittedChange } from "../../db/store.ts";
import type { LiveEvent } from "../contract/live-event.ts";
import type { Change } from "../live/change-log.ts";
import { listTopic } from "./list-log.ts";
import { messageOf } from "./read-messages.ts";
import { toDelta } from "./replies/message-delta.ts";
import type { Services } from "./services.ts";
import { sessionTopic } from "./session-log.ts";

/**
 * Publishes the commits of this process to its subscribers. They need not read changes that are passed with the commit.
 */
export function publishCommits({ store, hub }: Services): void {
  store.onCommit(({ session_id: sessionId, seq, list_seq: listSeq, changes = [] }) => {
    const topic = sessionTopic(sessionId);
    for (const change of changes) hub.publish<LiveEvent>(topic, change.seq, toLiveChange(change));
    if (changes.at(-1)?.seq !== seq) hub.publish(topic, seq);
    if (listSeq !== undefined) hub.publish(listTopic, listSeq);
  });
}

function toLiveChange(change: CommittedChange): Change<LiveEvent> {
  const { seq } = change;
  if (change.type === "message") return { type: "message", seq, message: messageOf(change.message) };
  const { message_id, piece } = change;
  const chunks = piece.chunks.map((chunk): unknown => JSON.parse(chunk));
  return toDelta({
    seq,
    message_id,
    offset: piece.start,
    text: piece.text,
    chunks,
    chunk_offset: piece.chunk_start,
  });
}
