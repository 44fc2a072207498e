import type { Message, UpdateMessageInput } from "../contract/message.ts";
import { sessionNotFound } from "../contract/app-error.ts";
import { assertContentFits } from "./content-length.ts";
import type { Services } from "./services.ts";
import { assertUnchanged, findMessageToChange } from "./find-message.ts";
import { withoutParts } from "./optional-fields.ts";
import { messageOf } from "./read-messages.ts";
import { isOpen, replyIsOpen } from "./replies/reply-stand.ts";

/**
 * Edits a message's content. Content that equals the current content is no change and takes no `seq`, whatever `if_seq`
 * is: a client may repeat an edit whose answer was lost. An edit removes `parts` and `format`, which show the earlier content.
 *
 * @throws {AppError} NOT_FOUND, BAD_REQUEST (content too long; no name, or two), CONFLICT (changed since
 * `if_seq`; a reply that is not complete)
 */
export async function updateMessage(services: Services, input: UpdateMessageInput): Promise<Message> {
  const { session_id: sessionId, content, if_seq: ifSeq } = input;
  assertContentFits(services, content);
  const edited = await services.store.change(sessionId, async (session) => {
    const found = await findMessageToChange(session, input);
    if (found.content === content && !isOpen(found)) return found;
    assertUnchanged(found, ifSeq);
    if (isOpen(found)) throw replyIsOpen(await session.findReply({ id: found.id }));
    const row = await session.editMessage(found.id, { content, extra: withoutParts(found.extra) });
    if (!row) throw sessionNotFound(sessionId);
    return row;
  });
  return messageOf(edited);
}
