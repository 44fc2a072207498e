import type { Message } from "../../server/contract/message.ts";
import type { Desk } from "../../server/domain/desk.ts";
import { LiveStream } from "../../server/domain/live-stream.ts";
import type { WantedMessages } from "../../server/domain/message-follower.ts";
import { MessageFollower } from "../../server/domain/message-follower.ts";

/** The messages that a {@link MessageFollower} sends. */
export function followMessages(desk: Desk, wanted: WantedMessages): LiveStream<Message> {
  return new LiveStream(wanted.signal, (sink, signal) =>
    new MessageFollower(desk, { ...wanted, signal }, sink).run(),
  );
}
