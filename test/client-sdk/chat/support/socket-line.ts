import { onTestFinished } from "vitest";
import { toChatError } from "../../../../client-sdk/src/chat/to-chat-error.ts";
import type { Line, LineStatus } from "../../../../client-sdk/src/chat/line.ts";
import { createSocketClient } from "../../../support/trpc-clients.ts";

/** A line over tRPC's WebSocket, as short as it can be: it notices nothing and falls back to nothing. It ends with the test. */
export function createSocketLine(wsUrl: string): Line & { subscriptions: (string | undefined)[] } {
  const { client, close } = createSocketClient(wsUrl);
  onTestFinished(close);
  const subscriptions: (string | undefined)[] = [];
  const status: LineStatus = "live";
  return {
    subscriptions,
    status,
    subscribeStatus: () => () => undefined,
    followSession({ sessionId, limit, maxMissed }, follower) {
      const lastEventId = follower.position();
      subscriptions.push(lastEventId);
      const input = { session_id: sessionId, lastEventId, limit, max_missed: maxMissed };
      follower.onStatus("catching-up");
      const subscription = client.session.onEvent.subscribe(input, {
        onData({ id, data }) {
          follower.take([{ position: id, event: data }]);
          if (data.type === "caught_up") follower.onStatus("live");
        },
        onError(error) {
          follower.onStatus("closed");
          follower.onRefused(toChatError(error));
        },
      });
      return () => subscription.unsubscribe();
    },
    followList(follower) {
      const lastEventId = follower.position();
      subscriptions.push(lastEventId);
      follower.onStatus("catching-up");
      const subscription = client.session.onListEvent.subscribe(
        { lastEventId },
        {
          onData({ id, data }) {
            follower.take([{ position: id, event: data }]);
            if (data.type === "caught_up") follower.onStatus("live");
          },
        },
      );
      return () => subscription.unsubscribe();
    },
    reconnect: () => undefined,
    close,
  };
}
