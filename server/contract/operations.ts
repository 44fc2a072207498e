/** The operations of the product, by the names of the tRPC procedures. */
export const operations = [
  "health",
  "session.list",
  "session.get",
  "session.create",
  "session.update",
  "session.delete",
  "session.signal",
  "session.onEvent",
  "session.onListEvent",
  "message.list",
  "message.add",
  "message.update",
  "message.delete",
  "message.append",
  "message.finish",
  "message.stop",
  "message.claim",
] as const;

export type Operation = (typeof operations)[number];
