import type { ListedSessionRow } from "../../db/store.ts";
import { textValue } from "./text-value.ts";
import type { SidebarSession } from "../contract/session-list.ts";
import { shownKey } from "./made-key.ts";
import { toSessionHead } from "./session-head.ts";

/** A session as a list shows it. */
export function toSidebarSession({ last_message: last, ...session }: ListedSessionRow): SidebarSession {
  return {
    ...toSessionHead(session),
    activity_seq: session.activity_seq,
    last_message: last && {
      id: last.id,
      key: shownKey(last.id, last.key),
      sender: textValue(last.sender),
      timestamp: textValue(last.timestamp),
      ...(last.status && { status: last.status }),
      excerpt: textValue(last.excerpt),
    },
  };
}
