import type { LiveSession } from "@ai-desk/client/react";
import { useState } from "react";
import { readText, useKeptText } from "./kept-text.ts";

type Renaming = {
  isOpen: boolean;
  open: () => void;
  /**
   * The content of the field. Until a person writes something, it is the current title, which may change elsewhere
   * meanwhile.
   */
  text: string;
  write: (text: string) => void;
  save: () => void;
  cancel: () => void;
  /** Whether there is unsaved text. */
  isUnsaved: boolean;
};

/** The editor of a session's title. Its text is kept until the server has it, and a refusal reopens the editor. */
export function useRenaming({ id, title = "", rename }: LiveSession): Renaming {
  const [isOpen, setOpen] = useState(false);
  const [draft, setDraft] = useKeptText(id, "title");
  const next = draft?.trim() ?? "";
  const isUnsaved = next !== "" && next !== title;
  const cancel = (): void => {
    setOpen(false);
    setDraft(undefined);
  };
  const save = async (): Promise<void> => {
    if (!isUnsaved) return cancel();
    setOpen(false);
    try {
      await rename(next);
      if (readText(id, "title") === draft) setDraft(undefined);
    } catch {
      // The session has the reason.
      setOpen(true);
    }
  };
  return {
    isOpen,
    open: () => setOpen(true),
    text: draft ?? title,
    write: setDraft,
    save: () => void save(),
    cancel,
    isUnsaved,
  };
}
