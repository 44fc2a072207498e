import type { ShownMessage } from "@ai-desk/client";
import { useEffect, useRef } from "react";
import { announce } from "../announce.ts";
import { senderName } from "./sender-name.ts";

const maxSpokenChars = 300;

/**
 * Has a screen reader say each message that comes in. The list itself is no live region: rows come and go in it while it is
 * scrolled.
 */
export function useAnnouncements(messages: readonly ShownMessage[]): void {
  const last = messages.at(-1);
  const known = useRef<number | undefined>(undefined);
  useEffect(() => {
    const before = known.current;
    const id = last?.id ?? before;
    known.current = id;
    const isNew = before !== undefined && id !== undefined && id > before;
    if (last && isNew) announce(`${senderName(last.sender)}: ${last.content.slice(0, maxSpokenChars)}`);
  }, [last]);
}
