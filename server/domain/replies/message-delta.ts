import type { LiveEvent } from "../../contract/live-event.ts";
import type { Change } from "../../live/change-log.ts";

type Delta = Extract<Change<LiveEvent>, { type: "message_delta" }>;

/** The event of what was appended to a reply. Without chunks it does not name any. */
export function toDelta({
  chunks,
  chunk_offset,
  ...delta
}: Omit<Delta, "type" | "chunks" | "chunk_offset"> & { chunks: unknown[]; chunk_offset: number }): Delta {
  return { type: "message_delta", ...delta, ...(chunks.length > 0 && { chunks, chunk_offset }) };
}

/** One delta in the place of two. Undefined unless the second goes on where the first ends. */
export function joinDeltas(first: Change<LiveEvent>, second: Change<LiveEvent>): Delta | undefined {
  if (first.type !== "message_delta" || second.type !== "message_delta") return undefined;
  if (first.message_id !== second.message_id) return undefined;
  const { message_id, offset } = first;
  return toDelta({
    seq: second.seq,
    message_id,
    offset,
    text: first.text + second.text,
    chunks: [...(first.chunks ?? []), ...(second.chunks ?? [])],
    chunk_offset: first.chunk_offset ?? second.chunk_offset ?? 0,
  });
}
