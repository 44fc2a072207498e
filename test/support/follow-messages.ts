import type { DocumentedMessage } from "../../server/contract/message.ts";
import type { Services } from "../../server/domain/services.ts";
import { Feed } from "../../server/live/feed.ts";
import type { WantedMessages } from "../../server/domain/message-follower.ts";
import { MessageFollower } from "../../server/domain/message-follower.ts";

/** The messages that a {@link MessageFollower} sends. */
export function followMessages(services: Services, wanted: WantedMessages): Feed<DocumentedMessage> {
  return new Feed(wanted.signal, (sink, signal) =>
    new MessageFollower(services, { ...wanted, signal }, sink).run(),
  );
}
