import { onTestFinished } from "vitest";
import type { ChatError } from "../../client-sdk/src/chat/chat-error.ts";
import type { LineInternals, LineOptions } from "../../client-sdk/src/chat/create-line.ts";
import { createLine } from "../../client-sdk/src/chat/create-line.ts";
import type { Line, LineStatus, Positioned } from "../../client-sdk/src/chat/line.ts";
import type { LiveEvent } from "../../client-sdk/src/chat/wire.ts";
import { Collector } from "./readers.ts";

/** A line that records its statuses. It is closed with the test. */
export function openLine(
  options: LineOptions,
  internals: LineInternals = {},
): { line: Line; statuses: Collector<LineStatus> } {
  const { line } = createLine(options, internals);
  const statuses = new Collector<LineStatus>();
  statuses.add(line.status);
  line.subscribeStatus(() => statuses.add(line.status));
  onTestFinished(() => line.close());
  return { line, statuses };
}

/** A follower of a session that records everything it receives. */
export type LineReader = {
  events: Collector<LiveEvent>;
  statuses: Collector<LineStatus>;
  refusals: Collector<ChatError>;
  /** The contents of the received messages, in their order, including those of snapshots. */
  contents(): string[];
  untilContent(content: string): Promise<void>;
  untilLive(): Promise<void>;
  end(): void;
};

export function followSession(line: Line, sessionId: string, startAt?: string): LineReader {
  const events = new Collector<LiveEvent>();
  const statuses = new Collector<LineStatus>();
  const refusals = new Collector<ChatError>();
  let position = startAt;
  const contents = (): string[] =>
    events.items.flatMap((event) => {
      if (event.type === "message") return [event.message.content];
      const isWhole = event.type === "snapshot" || event.type === "reset";
      return isWhole ? event.session.messages.map(({ content }) => content) : [];
    });
  const end = line.followSession(
    { sessionId, limit: 50, maxMissed: 500 },
    {
      position: () => position,
      take(items: readonly Positioned<LiveEvent>[]) {
        position = items.at(-1)?.position;
        for (const { event } of items) events.add(event);
      },
      onStatus: statuses.add,
      onRefused: refusals.add,
    },
  );
  return {
    events,
    statuses,
    refusals,
    contents,
    end,
    async untilContent(content) {
      await events.until(() => contents().includes(content));
    },
    async untilLive() {
      await statuses.until((items) => items.at(-1) === "live");
    },
  };
}
