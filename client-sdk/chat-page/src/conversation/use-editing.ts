import { useCallback, useRef, useState } from "react";
import { useFocusReturn } from "./use-focus-return.ts";

/** The key of the message that is being edited, and a function that sets it. */
export function useEditing(): [editing: string | undefined, edit: (key: string | undefined) => void] {
  const [editing, setEditing] = useState<string>();
  const last = useRef("");
  const leaveFocus = useFocusReturn(editing !== undefined, () =>
    document.querySelector<HTMLElement>(`li[data-key="${CSS.escape(last.current)}"] .edit`),
  );
  const edit = useCallback(
    (key: string | undefined) => {
      if (key !== undefined) {
        leaveFocus();
        last.current = key;
      }
      setEditing(key);
    },
    [leaveFocus],
  );
  return [editing, edit];
}
