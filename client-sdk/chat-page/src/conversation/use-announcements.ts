import type { ShownMessage } from "@ai-desk/client";
import { useEffect, useRef } from "react";
import { announce } from "../announce.ts";
import { isOpen } from "./reply-state.ts";
import { senderName } from "./sender-name.ts";

const maxSpokenChars = 300;

/**
 * Makes a screen reader read each incoming message. The list itself is not a live region, since scrolling adds and
 * removes its rows.
 */
export function useAnnouncements(messages: readonly ShownMessage[]): void {
  // A reply that grows is read when it has ended.
  const last = messages.findLast((message) => !isOpen(message));
  const known = useRef<number | undefined>(undefined);
  useEffect(() => {
    const before = known.current;
    const id = last?.id ?? before;
    known.current = id;
    const isNew = before !== undefined && id !== undefined && id > before;
    if (last && isNew) announce(`${senderName(last.sender)}: ${last.content.slice(0, maxSpokenChars)}`);
  }, [last]);
}
