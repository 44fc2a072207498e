import { useChat } from "@ai-desk/client/react";
import { forgetTexts } from "./conversation/kept-text.ts";
import { useConfirm } from "./dialog/confirm.tsx";
import { closeSession } from "./open-session.ts";

/** Asks for confirmation, then deletes a chat, with its unsaved texts. */
export function useDeleteChat(): (id: string, title: string) => void {
  const chat = useChat();
  const ask = useConfirm();
  return (id, title) =>
    ask({
      title: "Delete this chat?",
      text: `“${title}” and its messages are deleted for everyone.`,
      action: "Delete",
      onConfirm: () => {
        closeSession(id);
        forgetTexts(id);
        void chat.sessions().remove(id);
      },
    });
}
