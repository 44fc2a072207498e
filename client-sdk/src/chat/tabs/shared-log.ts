import type { ChatError } from "../chat-error.ts";
import type { Events, LogFollower, LogName, Upstream } from "../connection/log.ts";
import type { LineStatus } from "../line.ts";

/** A follower of a shared log. */
type Member = {
  readonly follower: LogFollower;
  position: string | undefined;
  isSharing: boolean;
  /** Ends the follower's own subscription, which it has until it reaches the shared one. */
  endOwn: (() => void) | undefined;
};

/**
 * One log that several tabs follow. The first follower's subscription is the shared one. A later follower first gets
 * its own subscription, from its own position. That one ends when it is live and has reached the shared one. From then
 * on the follower gets the events of the shared subscription, without those that it already has.
 */
export type SharedLog = {
  readonly name: LogName;
  readonly isEmpty: boolean;
  add(follower: LogFollower): () => void;
  end(): void;
};

export function createSharedLog(upstream: Upstream, name: LogName): SharedLog {
  const members = new Set<Member>();
  let endShared: (() => void) | undefined;
  let position: string | undefined;
  let status: LineStatus | undefined;

  const sharing = (): Member[] => [...members].filter(({ isSharing }) => isSharing);

  function share(first: string | undefined): void {
    position = first;
    endShared = upstream.follow(name, {
      position: () => position,
      take(events) {
        position = events.at(-1)?.position ?? position;
        for (const member of sharing()) give(member, events);
      },
      onStatus(now) {
        status = now;
        for (const { follower } of sharing()) follower.onStatus(now);
      },
      onRefused(error: ChatError) {
        for (const { follower } of sharing()) follower.onRefused(error);
      },
    });
  }

  function followAlone(member: Member): void {
    let isLive = false;
    function joinWhenLevel(): void {
      const isLevel = isLive && status === "live" && isAtLeast(member.position, position);
      if (!isLevel || member.isSharing) return;
      member.isSharing = true;
      // The follower's own subscription is still delivering its events.
      queueMicrotask(() => {
        member.endOwn?.();
        member.endOwn = undefined;
      });
    }
    member.endOwn = upstream.follow(name, {
      position: () => member.position,
      take(events) {
        give(member, events);
        joinWhenLevel();
      },
      onStatus(now) {
        isLive = now === "live";
        if (!member.isSharing) member.follower.onStatus(now);
        joinWhenLevel();
      },
      onRefused: (error) => member.follower.onRefused(error),
    });
  }

  return {
    name,
    get isEmpty() {
      return members.size === 0;
    },
    add(follower) {
      const isSharing = !endShared || status === "closed";
      const member: Member = { follower, position: follower.position(), isSharing, endOwn: undefined };
      members.add(member);
      if (isSharing) {
        endShared?.();
        share(member.position);
      } else followAlone(member);
      return () => {
        members.delete(member);
        member.endOwn?.();
        if (members.size === 0) endShared?.();
      };
    },
    end() {
      endShared?.();
      for (const { endOwn } of members) endOwn?.();
    },
  };
}

/** Passes a follower the events that it does not have. */
function give(member: Member, events: Events): void {
  const isNew = ({ position, event }: Events[number]): boolean =>
    event.seq === event.prev ||
    event.type === "snapshot" ||
    event.type === "reset" ||
    !isAtLeast(member.position, position);
  // The same array goes to several tabs in one message.
  const news = events.every(isNew) ? events : events.filter(isNew);
  const last = news.at(-1);
  if (!last) return;
  member.position = last.position;
  member.follower.take(news);
}

/** Whether a position is in the same history as another, and not before it. */
function isAtLeast(position: string | undefined, other: string | undefined): boolean {
  const [epoch, seq] = split(position);
  const [otherEpoch, otherSeq] = split(other);
  return epoch === otherEpoch && seq >= otherSeq;
}

function split(position = ""): [epoch: string, seq: number] {
  const colon = position.lastIndexOf(":");
  return [position.slice(0, colon), Number(position.slice(colon + 1))];
}
