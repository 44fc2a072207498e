import type { LineInternals, LineOptions } from "../../client-sdk/src/chat/create-line.ts";
import { createLine } from "../../client-sdk/src/chat/create-line.ts";
import type { LineStatus } from "../../client-sdk/src/chat/line.ts";
import type { LiveEvent } from "../../client-sdk/src/chat/wire.ts";

/** The functions of a tab's page that a test calls. */
export type Tab = {
  readonly seqs: number[];
  readonly contents: string[];
  readonly statuses: LineStatus[];
  readonly lineStatuses: LineStatus[];
  readonly refusals: string[];
  readonly announced: string[];
  readonly isSender: boolean;
  announce(topic: string): void;
  reconnect(): void;
  close(): Promise<void>;
};

/** Follows a session in this tab, from a position or from the beginning. Part of the page that a test bundles. */
export function openTab(
  options: LineOptions,
  timing: NonNullable<LineInternals["timing"]>,
  sessionId: string,
  startAt?: string,
  {
    onStatus,
    onContent,
  }: { onStatus?: (status: LineStatus) => void; onContent?: (content: string) => void } = {},
): Tab {
  const { line, sender } = createLine(options, { timing });
  const tab = {
    seqs: [] as number[],
    contents: [] as string[],
    statuses: [] as LineStatus[],
    lineStatuses: [] as LineStatus[],
    refusals: [] as string[],
    announced: [] as string[],
    get isSender() {
      return sender.isSender;
    },
    announce: (topic: string) => sender.announce(topic),
    reconnect: () => line.reconnect(),
    close: () => line.close(),
  };
  let position = startAt;
  const note = (event: LiveEvent): void => {
    tab.seqs.push(event.seq);
    const news =
      event.type === "message"
        ? [event.message]
        : event.type === "snapshot" || event.type === "reset"
          ? event.session.messages
          : [];
    for (const { content } of news) {
      tab.contents.push(content);
      onContent?.(content);
    }
  };
  sender.onAnnounced((topic) => tab.announced.push(topic));
  line.subscribeStatus(() => tab.lineStatuses.push(line.status));
  line.followSession(
    { sessionId, limit: 50, maxMissed: 500 },
    {
      position: () => position,
      take(items) {
        position = items.at(-1)?.position;
        for (const { event } of items) note(event);
      },
      onStatus(status) {
        tab.statuses.push(status);
        onStatus?.(status);
      },
      onRefused: ({ message }) => tab.refusals.push(message),
    },
  );
  return tab;
}
