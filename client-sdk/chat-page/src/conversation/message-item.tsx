import type { ShownMessage } from "@ai-desk/client";
import type { CSSProperties, ReactElement, ReactNode, Ref } from "react";
import { createContext, useContext } from "react";

/** The messages that the virtualiser shows rows of. */
export const MessagesContext = createContext<readonly ShownMessage[]>([]);

type MessageItemProps = {
  index: number;
  style: CSSProperties;
  children: ReactNode;
  ref?: Ref<HTMLLIElement>;
};

/** The list item of a message, which the virtualiser places. */
export function MessageItem({ index, style, children, ref }: MessageItemProps): ReactElement | null {
  const message = useContext(MessagesContext)[index];
  if (!message) return null;
  const { id, key, delivery, sender, status } = message;
  return (
    <li
      ref={ref}
      style={style}
      className="message"
      data-id={id ?? key}
      data-key={key}
      data-state={delivery}
      data-sender={sender}
      data-status={status ?? ""}
    >
      {children}
    </li>
  );
}
