import type { ShownMessage } from "@ai-desk/client";
import { useMemo } from "react";
import { readText, useKeptText } from "./kept-text.ts";

/** New text for a message, with the message as the person saw it. */
export type EditDraft = { text: string; content: string; seq: number | undefined };

type KeptEdit = {
  /** Undefined while nothing is written. */
  draft: EditDraft | undefined;
  write: (text: string) => void;
  /** Drops a draft, unless it has changed meanwhile. */
  drop: (draft: EditDraft) => void;
};

/** The text of a message's editor. The text is kept when anything but the editor's own buttons closes the editor. */
export function useEditDraft({ session_id, key, content, seq }: ShownMessage): KeptEdit {
  const [kept, keep] = useKeptText(session_id, "edit", key);
  const draft = useMemo(() => (kept === undefined ? undefined : (JSON.parse(kept) as EditDraft)), [kept]);
  return {
    draft,
    write: (text) => {
      // A saved draft is now the message itself, so the next draft begins from the message.
      const begun = draft?.text === content ? undefined : draft;
      keep(JSON.stringify({ content, seq, ...begun, text }));
    },
    drop: (dropped) => {
      if (readText(session_id, "edit", key) === JSON.stringify(dropped)) keep(undefined);
    },
  };
}

/** Whether somebody else has changed the message since the draft began. */
export function isOvertaken(draft: EditDraft | undefined, { content }: ShownMessage): boolean {
  return draft !== undefined && content !== draft.content && content !== draft.text;
}
