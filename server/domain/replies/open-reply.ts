import type { SessionChange } from "../../../db/store.ts";
import { tooManyReplies } from "../../contract/app-error.ts";
import { limits } from "../../contract/limits.ts";

/** @throws {AppError} TOO_MANY_REQUESTS while as many replies of the session are streaming as may be */
export async function assertRoomForReply(session: SessionChange): Promise<void> {
  if ((await session.countOpenReplies()) < limits.openReplies) return;
  throw tooManyReplies(limits.openReplies);
}
