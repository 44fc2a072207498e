import type { Message } from "../contract/message.ts";
import type { Desk } from "./desk.ts";
import { LiveStream } from "./live-stream.ts";
import type { WantedMessages } from "./message-follower.ts";
import { MessageFollower } from "./message-follower.ts";

/**
 * A session's messages after the id `afterId`, and then as they come. Without `afterId` only new messages come. An edited
 * message comes again, in its new form. A message comes first after every earlier one: a client may come back with the
 * highest id that it has, wherever its stream was cut. The stream ends when `signal` aborts or the session is deleted.
 *
 * @throws {AppError} NOT_FOUND, TOO_MANY_REQUESTS
 */
export function followMessages(desk: Desk, wanted: WantedMessages): LiveStream<Message> {
  return new LiveStream(wanted.signal, (sink, signal) =>
    new MessageFollower(desk, { ...wanted, signal }, sink).run(),
  );
}
