/** What the product does for its callers, by the names that the procedures of tRPC have. */
export const operations = [
  "health",
  "session.list",
  "session.get",
  "session.create",
  "session.update",
  "session.delete",
  "session.onEvent",
  "session.onListEvent",
  "message.list",
  "message.add",
  "message.update",
  "message.delete",
] as const;

export type Operation = (typeof operations)[number];
