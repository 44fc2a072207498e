import { isPlaceTaken } from "../../db/database-errors.ts";
import type { Executor } from "../../db/open-database.ts";
import type { ChangePlace } from "../../db/session-queries.ts";
import { passStrays } from "../../db/statements/strays.ts";
import type { LiveEvent } from "../contract/live-event.ts";
import { AppError } from "./app-error.ts";
import type { Desk } from "./desk.ts";
import { listTopic } from "./list-log.ts";
import type { Change } from "./log.ts";
import { sessionTopic } from "./session-log.ts";

/**
 * What a write made of a session: nothing new if it has no `place`. With the `change` its live readers need not read the
 * log for it.
 */
export type Changed<Value> = {
  value: Value;
  /** With the place of the session in the list, where that is new. */
  place?: (ChangePlace & { ordinal?: number }) | undefined;
  change?: Change<LiveEvent>;
};

/** Runs a write unit that may change a session and, once that is on disk, lets its readers know. */
export async function changeSession<Value>(
  desk: Desk,
  sessionId: string,
  unit: (trx: Executor) => Promise<Changed<Value>>,
): Promise<Value> {
  const { value, place, change } = await write(desk, sessionId, unit);
  if (place) {
    desk.hub.announce<LiveEvent>(sessionTopic(sessionId), place.seq, change);
    desk.hub.announce(listTopic, place.list_seq);
  }
  return value;
}

/** A message that another program has written stands where the next change would: that takes its place after all there are. */
async function write<Value>(
  desk: Desk,
  sessionId: string,
  unit: (trx: Executor) => Promise<Changed<Value>>,
): Promise<Changed<Value>> {
  const exactUnit = async (trx: Executor): Promise<Changed<Value>> => {
    const changed = await unit(trx);
    if (changed.place) assertExact(changed.place);
    return changed;
  };
  try {
    return await desk.database.write(exactUnit);
  } catch (error) {
    if (!isPlaceTaken(error)) throw error;
    return await desk.database.write(async (trx) => {
      await passStrays(trx, sessionId);
      return exactUnit(trx);
    });
  }
}

/** Another program may have given a row the last place that JSON holds exactly, or one beyond. */
function assertExact({ seq, list_seq: listSeq, ordinal = 1 }: ChangePlace & { ordinal?: number }): void {
  const [what] =
    [
      ["positions in this session", seq] as const,
      ["positions in its list of sessions", listSeq] as const,
      ["ordinals for new sessions", ordinal] as const,
    ].find(([, number]) => !Number.isSafeInteger(number)) ?? [];
  if (what === undefined) return;
  throw new AppError(
    "CONFLICT",
    `This database has no ${what} left: another program has stored one that is as large as may be. \`ai-desk check\` tells where.`,
  );
}
