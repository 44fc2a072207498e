import type { ShownMessage } from "@ai-desk/client";
import { useMemo } from "react";
import { readText, useKeptText } from "./kept-text.ts";

/** Text to put in place of a message, with the message as the person saw it. */
export type EditDraft = { text: string; content: string; seq: number | undefined };

type KeptEdit = {
  /** Undefined while nothing was written. */
  draft: EditDraft | undefined;
  write: (text: string) => void;
  /** Drops a draft, unless it was written on meanwhile. */
  drop: (draft: EditDraft) => void;
};

/** The text of a message's editor. It stays when the editor is closed by something else than its own buttons. */
export function useEditDraft({ session_id, key, content, seq }: ShownMessage): KeptEdit {
  const [kept, keep] = useKeptText(session_id, "edit", key);
  const draft = useMemo(() => (kept === undefined ? undefined : (JSON.parse(kept) as EditDraft)), [kept]);
  return {
    draft,
    write: (text) => {
      // A saved draft is the message itself now, so the next one begins from there.
      const begun = draft?.text === content ? undefined : draft;
      keep(JSON.stringify({ content, seq, ...begun, text }));
    },
    drop: (dropped) => {
      if (readText(session_id, "edit", key) === JSON.stringify(dropped)) keep(undefined);
    },
  };
}

/** Whether somebody else has changed the message since the draft was begun. */
export function isOvertaken(draft: EditDraft | undefined, { content }: ShownMessage): boolean {
  return draft !== undefined && content !== draft.content && content !== draft.text;
}
