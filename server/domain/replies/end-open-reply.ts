import type { EndStatus, MessageRow, SessionChange } from "../../../db/store.ts";
import type { Extras } from "../../contract/message-extras.ts";
import { readExtra, toExtra } from "../optional-fields.ts";

/** How a reply ends. The fields that are left out stay as they are. */
export type Ending = Pick<Extras, "parts" | "metadata" | "failure"> & {
  status: EndStatus;
  content?: string | undefined;
  digest?: string | undefined;
};

/** Ends a reply that has not ended, with the text so far unless the ending has another. */
export async function endOpenReply(
  session: SessionChange,
  id: number,
  { status, content, digest, ...extras }: Ending,
): Promise<MessageRow> {
  const row = await session.findMessage({ id });
  const set = Object.fromEntries(Object.entries(extras).filter(([, value]) => value !== undefined));
  return session.endReply(id, {
    status,
    content: content ?? row?.content ?? "",
    extra: toExtra({ ...readExtra(row?.extra ?? null), ...set }),
    end_digest: digest ?? null,
  });
}
