import { isPlaceTaken } from "../../db/database-errors.ts";
import type { Executor } from "../../db/database.ts";
import type { ChangePlace } from "../../db/session-queries.ts";
import { passStrays } from "../../db/statements/strays.ts";
import type { LiveEvent } from "../contract/live-event.ts";
import { AppError } from "../contract/app-error.ts";
import type { Services } from "./services.ts";
import { listTopic } from "./list-log.ts";
import type { Change } from "../live/change-log.ts";
import { sessionTopic } from "./session-log.ts";

/**
 * The outcome of a write to a session. Without a `place` nothing has changed. With the `change` live readers need not read
 * the log for it.
 */
export type Changed<Value> = {
  value: Value;
  /** The position of the change; `ordinal` is a new session's place in the list. */
  place?: (ChangePlace & { ordinal?: number }) | undefined;
  change?: Change<LiveEvent>;
};

/** Runs a write unit that may change a session, and announces the change once it is on disk. */
export async function changeSession<Value>(
  services: Services,
  sessionId: string,
  unit: (trx: Executor) => Promise<Changed<Value>>,
): Promise<Value> {
  const { value, place, change } = await write(services, sessionId, unit);
  if (place) {
    services.hub.publish<LiveEvent>(sessionTopic(sessionId), place.seq, change);
    services.hub.publish(listTopic, place.list_seq);
  }
  return value;
}

/** Writes. If a message of another program has the next position, the change is placed after all such messages. */
async function write<Value>(
  services: Services,
  sessionId: string,
  unit: (trx: Executor) => Promise<Changed<Value>>,
): Promise<Changed<Value>> {
  const exactUnit = async (trx: Executor): Promise<Changed<Value>> => {
    const changed = await unit(trx);
    if (changed.place) assertExact(changed.place);
    return changed;
  };
  try {
    return await services.database.write(exactUnit);
  } catch (error) {
    if (!isPlaceTaken(error)) throw error;
    return await services.database.write(async (trx) => {
      await passStrays(trx, sessionId);
      return exactUnit(trx);
    });
  }
}

/** Another program may have stored the largest number that JSON holds exactly, or a larger one. */
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
