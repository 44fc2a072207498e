import type { MessageRow, SessionExtent, SessionLife } from "../../db/store.ts";
import { fewMessages } from "../../db/store.ts";
import { textValue } from "./text-value.ts";
import { limits } from "../contract/limits.ts";
import type { DocumentedMessage, Message } from "../contract/message.ts";
import { isMadeKey, shownKey } from "./made-key.ts";
import { SessionEndedError } from "../contract/app-error.ts";
import { noteCompletion } from "./completion-order.ts";
import { memoize } from "./memoize.ts";
import { optionalFields } from "./optional-fields.ts";
import type { Services } from "./services.ts";

/** A message as the doors show it. */
export function toMessage(row: MessageRow): Message {
  const { id, session_id, content, sender, timestamp, key, seq } = row;
  // Field by field: copying a row with a rest pattern takes seven times as long.
  const fields = {
    id,
    session_id,
    content: textValue(content),
    sender: textValue(sender),
    timestamp: textValue(timestamp),
    key: shownKey(id, key),
    seq,
  };
  const hasMore = row.status !== null || row.extra !== null;
  const message = hasMore ? { ...fields, ...optionalFields(row) } : fields;
  noteCompletion(message, row);
  return message;
}

/** The same message for the same row: a commit and the answer to its writer share it. */
export const messageOf = memoize(toMessage);

/** A message as the documented REST paths show it: the documented fields, the fields that the sender set, and the status. */
export function toDocumented({
  id,
  session_id,
  content,
  sender,
  timestamp,
  key,
  status,
  parent_key,
  parts,
  format,
  metadata,
}: Message): DocumentedMessage {
  // Objects without spread fields are written as JSON a fifth faster, and most messages are such.
  const documented: DocumentedMessage = isMadeKey(key)
    ? { id, session_id, content, sender, timestamp }
    : { id, session_id, content, sender, timestamp, key };
  const isPlain = status === undefined && parent_key === undefined && parts === undefined;
  if (isPlain && format === undefined && metadata === undefined) return documented;
  return {
    ...documented,
    ...(status && { status }),
    ...(parent_key !== undefined && { parent_key }),
    ...(parts !== undefined && { parts }),
    ...(format !== undefined && { format }),
    ...(metadata !== undefined && { metadata }),
  };
}

/**
 * The messages that a session had when its extent was read, oldest first, in chunks. Other work gets its turn between
 * two chunks. One chunk, 128 KiB of content, is in memory at a time. Edits and deletions made meanwhile show; messages
 * added meanwhile are left out.
 *
 * @throws {SessionEndedError} if the session is deleted meanwhile, even if it is created again
 */
export async function* readMessages(
  services: Services,
  session: SessionExtent,
): AsyncGenerator<Message[], void, undefined> {
  if (session.last_id === null) return;
  const before = session.last_id + 1;
  const { turns } = services.hub;
  const first = { life: session, before, limit: fewMessages, from: "oldest" } as const;
  const turn = turns.begin(() => services.store.messages.isSmallPage(first));
  if (turn) await turn;
  let after: number | undefined;
  // Most sessions are short, so the sizes of a few messages need not be read first.
  for (let limit: number = fewMessages; ; limit = limits.pageItems) {
    const { rows, isLast } = await services.store.messages.listChunk({
      life: session,
      after,
      before,
      limit,
      from: "oldest",
    });
    if (rows.length === 0) await assertAlive(services, session);
    else yield rows.map(toMessage);
    if (isLast) return;
    after = rows.at(-1)?.id;
    await turns.goOn();
  }
}

/** Asserts that a session still has the life that was read. @throws {SessionEndedError} */
export async function assertAlive(services: Services, life: SessionLife): Promise<void> {
  if (!(await services.store.sessions.isAlive(life))) throw new SessionEndedError(life.id);
}
