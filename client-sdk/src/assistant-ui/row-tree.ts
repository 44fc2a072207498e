import type { Message } from "../types.ts";
import { isRecord } from "./stored-form.ts";

/** A stored message of a history. */
export type HistoryRow = {
  /** The library's id of the message. */
  readonly id: string;
  /** The library's id of the message before it. */
  readonly parentId: string | null;
  readonly message: Message;
};

/** A message to store. */
export type NewRow = Omit<HistoryRow, "message"> & {
  readonly sender: "user" | "assistant";
  /** The text, for the list, the search and other programs. */
  readonly content: string;
  readonly format: string;
  readonly parts: unknown;
};

/** The rows by the library's id. Of two rows with the same id the later one counts. */
export function toRows(messages: readonly Message[]): Map<string, HistoryRow> {
  const rows = new Map<string, HistoryRow>();
  let before: string | null = null;
  for (const message of messages) {
    const { id = message.key, parent_id: parentId = before } = readNames(message.metadata);
    rows.set(id, { id, parentId, message });
    before = id;
  }
  return rows;
}

/** The names that a history gave; none if another program wrote the message. */
function readNames(metadata: unknown): { id?: string; parent_id?: string | null } {
  if (!isRecord(metadata)) return {};
  const { id, parent_id } = metadata;
  if (typeof id !== "string") return {};
  return { id, parent_id: typeof parent_id === "string" ? parent_id : null };
}

/** The library accepts a message only after the one before it. The parent of a row may have been deleted. */
export function parentsFirst(rows: readonly HistoryRow[]): HistoryRow[] {
  const ordered = new Map<string, HistoryRow>();
  const ids = new Set(rows.map(({ id }) => id));
  const whole = rows.map((row, at) =>
    row.parentId === null || ids.has(row.parentId) ? row : { ...row, parentId: rows[at - 1]?.id ?? null },
  );
  const byId = new Map(whole.map((row) => [row.id, row]));
  const visit = (row: HistoryRow, path: ReadonlySet<string>): void => {
    if (ordered.has(row.id) || path.has(row.id)) return;
    const parent = row.parentId === null ? undefined : byId.get(row.parentId);
    if (parent) visit(parent, new Set([...path, row.id]));
    ordered.set(row.id, row);
  };
  for (const row of whole) visit(row, new Set());
  return [...ordered.values()];
}

/** The key by which AI Desk's own branches agree with those of the library. */
export function parentKeyOf(
  { parentId, sender }: NewRow,
  rows: ReadonlyMap<string, HistoryRow>,
  earlier: HistoryRow | undefined,
): string | undefined {
  const siblings = [...rows.values()].filter((row) => row.parentId === parentId);
  if (parentId === null)
    return (earlier ?? siblings.find(({ message }) => message.sender === sender))?.message.key;
  const parent = rows.get(parentId)?.message;
  return parent && parent.sender !== sender ? parent.key : undefined;
}
