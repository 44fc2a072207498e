import type { LiveEvent } from "../contract/live-event.ts";
import { listTopic } from "./list-log.ts";
import { toMessage } from "./read-messages.ts";
import type { Services } from "./services.ts";
import { sessionTopic } from "./session-log.ts";

/**
 * Publishes the commits of this process to its subscribers. They need not read changes that are passed with the commit.
 */
export function publishCommits({ store, hub }: Services): void {
  store.onCommit(({ session_id: sessionId, seq, list_seq: listSeq, changes = [] }) => {
    const topic = sessionTopic(sessionId);
    for (const change of changes) {
      const message = toMessage(change.message);
      hub.publish<LiveEvent>(topic, change.seq, { type: "message", seq: change.seq, message });
    }
    if (changes.at(-1)?.seq !== seq) hub.publish(topic, seq);
    hub.publish(listTopic, listSeq);
  });
}
