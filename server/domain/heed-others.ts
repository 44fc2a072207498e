import { setImmediate as nextTurn } from "node:timers/promises";
import { listTopic } from "./list-log.ts";
import type { Services } from "./services.ts";
import { sessionIdOf, sessionTopic } from "./session-log.ts";

/** The number of sessions that are compared before other work gets its turn. */
const sessionsPerTurn = 250;

/** Delivers the commits of other processes to the subscribers of this process, as long as the store is open. */
export function heedOthers(services: Services): void {
  const { hub, store } = services;
  store.onOthersCommit({
    // A subscriber that begins after this call reads the commit.
    onHint: () => hub.snapshots.clear(),
    async onReadable(hasLostSessions) {
      const ids = hub.topics.flatMap((topic) => sessionIdOf(topic) ?? []);
      for (let at = 0; at < ids.length; at += sessionsPerTurn) {
        await compareSessions(services, ids.slice(at, at + sessionsPerTurn));
        await nextTurn();
      }
      if (hasLostSessions) hub.beginAnew(listTopic);
      const { seq } = await store.list.readHead();
      hub.compare(listTopic, { seq, life: hub.lifeOf(listTopic) });
    },
  });
}

/** Tells the subscribers of these sessions the current `seq`. */
async function compareSessions({ hub, store }: Services, ids: readonly string[]): Promise<void> {
  const stands = new Map((await store.sessions.listStands(ids)).map((stand) => [stand.id, stand]));
  for (const id of ids) {
    const stand = stands.get(id);
    hub.compare(sessionTopic(id), stand && { seq: stand.seq, life: stand.ordinal });
  }
}
