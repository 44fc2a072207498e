import { listTopic } from "../../../server/domain/list-log.ts";
import type { ChangeLog, ChangeLogHead, LogEvent, TrackedEvent } from "../../../server/live/change-log.ts";
import type { FollowRequest } from "../../../server/live/follow-request.ts";
import { formatPosition, parsePosition } from "../../../server/live/position.ts";
import type { PlantedBug } from "./planted-bug.ts";
import { comingAndGoing } from "./planted-bug.ts";
import { withVerbs } from "./with-verbs.ts";

/** A log that reads its changes in another way. */
function withChanges<Event extends LogEvent>(
  log: ChangeLog<Event>,
  toOther: (head: ChangeLogHead<Event>) => ChangeLogHead<Event>["readChanges"],
): ChangeLog<Event> {
  return withVerbs(log, {
    async readHead() {
      const head = await log.readHead();
      return { ...head, readChanges: toOther(head) };
    },
  });
}

/** Reads the changes after the position that a reader comes back with from another one. */
function resumeAt<Event extends LogEvent>(
  request: FollowRequest<Event>,
  toOther: (after: number) => number,
): FollowRequest<Event> {
  const wanted = parsePosition(request.after ?? "")?.seq;
  const log = withChanges(request.log, (head) => (after) => {
    const other = Math.min(head.seq, Math.max(0, toOther(after)));
    return head.readChanges(after === wanted ? other : after);
  });
  return { ...request, log };
}

function isChange({ event: { type } }: TrackedEvent<LogEvent>): boolean {
  return type !== "snapshot" && type !== "reset" && type !== "caught_up";
}

/** How many live events the readers of this process were given. */
let delivered = 0;

export const liveBugs: PlantedBug[] = [
  {
    bug: "resuming skips one",
    wraps: { request: (request) => resumeAt(request, (after) => after + 1) },
    caughtAs: "STATE",
    when: comingAndGoing,
  },
  {
    bug: "resuming repeats one",
    wraps: { request: (request) => resumeAt(request, (after) => after - 1) },
    caughtAs: "ORDER",
    when: comingAndGoing,
  },
  {
    bug: "a page comes newest first",
    wraps: {
      request: (request) => ({
        ...request,
        log: withChanges(request.log, (head) => async (after) => {
          const read = await head.readChanges(after);
          return read && { ...read, changes: read.changes.toReversed() };
        }),
      }),
    },
    caughtAs: "ORDER",
    when: comingAndGoing,
  },
  {
    bug: "who comes back gets a snapshot and not what was missed",
    wraps: { request: (request) => ({ ...request, after: undefined }) },
    caughtAs: "RESUME",
    when: comingAndGoing,
  },
  {
    bug: "position 0 is taken for none",
    wraps: {
      request: (request) =>
        parsePosition(request.after ?? "")?.seq === 0 ? { ...request, after: "none" } : request,
    },
    caughtAs: "RESET",
    when: { ...comingAndGoing, operations: 300, readers: 2 },
  },
  {
    bug: "the epoch of a position is not looked at",
    wraps: {
      request(request) {
        const wanted = parsePosition(request.after ?? "");
        return wanted ? { ...request, after: String(wanted.seq) } : request;
      },
    },
    caughtAs: "RESET",
    when: { ...comingAndGoing, operations: 300, readers: 2 },
  },
  {
    bug: "prev is the position before, whatever came before",
    wraps: {
      sink: (sink) =>
        withVerbs(sink, {
          send: (items) =>
            sink.send(
              items.map((item) =>
                isChange(item) ? { ...item, event: { ...item.event, prev: item.event.seq - 1 } } : item,
              ),
            ),
        }),
    },
    caughtAs: "GAP",
    when: comingAndGoing,
  },
  {
    bug: "caught_up comes before what was missed",
    wraps: {
      sink: (sink) =>
        withVerbs(sink, {
          send(items) {
            const [first] = items;
            const last = items.at(-1);
            if (!first || last?.event.type !== "caught_up" || !isChange(first)) return sink.send(items);
            const { prev } = first.event;
            const position = formatPosition(parsePosition(last.position)?.epoch ?? "", prev);
            sink.send([{ position, event: { ...last.event, seq: prev, prev } }, ...items.slice(0, -1)]);
          },
        }),
    },
    caughtAs: "CAUGHT_UP",
    when: comingAndGoing,
  },
  {
    bug: "one live event in 10,000 is dropped",
    wraps: {
      listener: (listener) => ({
        take(events) {
          const before = delivered;
          delivered += events.length;
          const isDropped = Math.floor(before / 10_000) < Math.floor(delivered / 10_000);
          return isDropped || listener.take(events);
        },
      }),
    },
    caughtAs: "STATE",
    when: { operations: 800, readers: 5 },
  },
  {
    bug: "live events come twice",
    wraps: { listener: (listener) => ({ take: (events) => listener.take([...events, ...events]) }) },
    caughtAs: "ORDER",
  },
  {
    bug: "what a reader has no room for is dropped",
    wraps: {
      listener: (listener) => ({
        take(events) {
          listener.take(events);
          return true;
        },
      }),
    },
    caughtAs: "STATE",
    when: { moody: true, heavy: true },
  },
  {
    bug: "the list is not told of new messages",
    wraps: {
      hub: (hub) =>
        withVerbs(hub, {
          publish(topic, seq, change) {
            if (topic !== listTopic) hub.publish(topic, seq, change);
          },
        }),
    },
    caughtAs: "STUCK",
  },
];
