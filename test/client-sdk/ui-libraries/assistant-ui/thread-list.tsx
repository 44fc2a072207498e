import { ThreadListItemPrimitive, ThreadListPrimitive, useAui } from "@assistant-ui/react";
import type { ReactElement } from "react";

/** A list of threads as a stock app of assistant-ui has it. */
export function ThreadList(): ReactElement {
  return (
    <ThreadListPrimitive.Root>
      <ThreadListPrimitive.New>New thread</ThreadListPrimitive.New>
      <ThreadListPrimitive.Items components={{ ThreadListItem }} />
    </ThreadListPrimitive.Root>
  );
}

function ThreadListItem(): ReactElement {
  const aui = useAui();
  return (
    <ThreadListItemPrimitive.Root data-testid="thread">
      <ThreadListItemPrimitive.Trigger>
        <ThreadListItemPrimitive.Title />
      </ThreadListItemPrimitive.Trigger>
      <button onClick={() => aui.threadListItem.rename("Renamed")}>Rename</button>
      <ThreadListItemPrimitive.Delete>Delete</ThreadListItemPrimitive.Delete>
    </ThreadListItemPrimitive.Root>
  );
}
