import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { readListHead } from "../../db/list-queries.ts";
import type { Stand, StrayMarks } from "../../db/statements/strays.ts";
import {
  findSessionsBehind,
  findSessionsWithStrays,
  findStraySessions,
  placeStrays,
  readStands,
  readStrayMarks,
} from "../../db/statements/strays.ts";
import { changeSession } from "./change-session.ts";
import type { Services } from "./services.ts";
import { listTopic } from "./list-log.ts";
import { RemovedSessions } from "./removed-sessions.ts";
import { sessionIdOf, sessionTopic } from "./session-log.ts";

/** How many rows are read before other work has its turn. */
const rowsPerTurn = 250;

/** The pause between two reads while the file is searched for older strays, in milliseconds. */
const pauseMs = 5;

/** How soon a failed read is tried again, in milliseconds. */
const retryMs = 250;

/**
 * Shows the readers of this process the writes of other processes, as long as the database is open. Other servers write as
 * this one does; tools may write rows without a place in the logs (strays).
 */
export async function heedOthers(services: Services): Promise<void> {
  const others = new Others(services);
  // The marks are read before another process can have written.
  await others.remember();
  services.database.onOthersCommit(() => others.look());
  void others.placeOldStrays();
}

class Others {
  readonly #services: Services;
  #marks: StrayMarks = { messageId: 0, sessionRow: 0, listSeq: 0 };
  readonly #removed: RemovedSessions;
  #countingLater: NodeJS.Timeout | undefined;
  #isLooking = false;
  #isToldAgain = false;

  constructor(services: Services) {
    this.#services = services;
    this.#removed = new RemovedSessions(services.database.read);
  }

  async remember(): Promise<void> {
    this.#marks = await readStrayMarks(this.#services.database.read);
  }

  /** Called when another process has committed. */
  look(): void {
    // A reader that begins from now on sees the commit.
    this.#services.hub.snapshots.clear();
    this.#isToldAgain = true;
    if (this.#isLooking) return;
    this.#isLooking = true;
    void this.#lookOn();
  }

  /** Places the strays that were written while no server had the file. */
  async placeOldStrays(): Promise<void> {
    const { read } = this.#services.database;
    const { sessionRow } = this.#marks;
    try {
      await wait(pauseMs, undefined, { ref: false });
      await this.#removed.count();
      await this.#place(await findStraySessions(read, { row: 0, listSeq: 0 }));
      for (let after = 0; after < sessionRow; after += rowsPerTurn) {
        if (this.#services.stopping.aborted) return;
        const upTo = Math.min(sessionRow, after + rowsPerTurn);
        await this.#place(await findSessionsBehind(read, { after, upTo }));
        await wait(pauseMs, undefined, { ref: false });
      }
    } catch {
      // The next change to such a session is placed after its strays.
    }
  }

  async #lookOn(): Promise<void> {
    while (this.#isToldAgain && !this.#services.stopping.aborted) {
      this.#isToldAgain = false;
      try {
        await this.#lookOnce();
      } catch {
        // The readers of the database get this error as their own.
        this.#isToldAgain = true;
        await wait(retryMs, undefined, { ref: false });
      }
    }
    this.#isLooking = false;
  }

  async #lookOnce(): Promise<void> {
    const { hub, database } = this.#services;
    const marks = await readStrayMarks(database.read);
    const { messageId, sessionRow, listSeq } = this.#marks;
    await this.#place(await findStraySessions(database.read, { row: sessionRow, listSeq }), listSeq);
    for (let after = messageId; after < marks.messageId; after += rowsPerTurn) {
      const upTo = Math.min(marks.messageId, after + rowsPerTurn);
      await this.#place(await findSessionsWithStrays(database.read, { after, upTo }));
      await nextTurn();
    }
    this.#marks = marks;

    const ids = hub.topics.flatMap((topic) => sessionIdOf(topic) ?? []);
    for (let at = 0; at < ids.length; at += rowsPerTurn) {
      await this.#compare(ids.slice(at, at + rowsPerTurn));
      await nextTurn();
    }
    await this.#compareList();
  }

  async #place(ids: readonly string[], listSeq = 0): Promise<void> {
    for (const id of ids) {
      await changeSession(this.#services, id, async (trx) => {
        return { value: undefined, place: await placeStrays(trx, { id, listSeq }) };
      });
    }
  }

  /** Tells the readers of these sessions the positions of now. */
  async #compare(ids: readonly string[]): Promise<void> {
    const { hub, database } = this.#services;
    let stands = await readStands(database.read, ids);
    const behind = stands.filter(isBehind).map(({ id }) => id);
    if (behind.length > 0) {
      await this.#place(behind);
      stands = await readStands(database.read, ids);
    }
    const byId = new Map(stands.map((stand) => [stand.id, stand]));
    for (const id of ids) {
      const stand = byId.get(id);
      const isThere = stand !== undefined && stand.deleted === 0;
      hub.compare(sessionTopic(id), isThere ? { seq: stand.seq, life: stand.ordinal } : undefined);
    }
  }

  async #compareList(): Promise<void> {
    const { hub, database } = this.#services;
    const { waitMs } = this.#removed;
    if (waitMs > 0) {
      clearTimeout(this.#countingLater);
      this.#countingLater = setTimeout(() => this.look(), waitMs).unref();
    } else if (await this.#removed.count()) hub.beginAnew(listTopic);
    const { seq } = await readListHead(database.read);
    hub.compare(listTopic, { seq, life: hub.lifeOf(listTopic) });
  }
}

function isBehind({ seq, deleted, last_seq }: Stand): boolean {
  return deleted === 0 && seq < last_seq;
}
