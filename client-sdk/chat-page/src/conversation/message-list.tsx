import type { LiveSession } from "@ai-desk/client/react";
import type { ReactElement } from "react";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Virtualizer } from "virtua";
import { Icon } from "../icon.tsx";
import { MessageBody } from "./message-body.tsx";
import { MessageItem, MessagesContext } from "./message-item.tsx";
import { useBottomLock } from "./use-bottom-lock.ts";
import { useEarlier } from "./use-earlier.ts";

/**
 * Up to this many messages are all in the document, where the browser's own search finds them. Of more messages, only
 * those near the view are.
 */
const unvirtualisedMessages = 300;
const nearbyPx = 600;

/** The same value as in the style sheet. */
const paddingTopPx = 20;

/** Earlier messages load at this distance from the first one. */
const loadAheadPx = 1200;

type MessageListProps = {
  session: LiveSession;
  /** The key of the message that is being edited. */
  editing: string | undefined;
  onEdit: (key: string | undefined) => void;
  /** Rises with each message that is sent here. The list then scrolls to its end. */
  sentCount: number;
};

/**
 * The messages, oldest first. The list stays at its end while it is there, and keeps its position when earlier messages
 * load.
 */
export function MessageList({ session, editing, onEdit, sentCount }: MessageListProps): ReactElement {
  const { status, messages, hasEarlier, isLoadingEarlier, loadEarlier } = session;
  const { retry, cancel, edit, remove, regenerate, choose } = session;
  const scroll = useRef<HTMLDivElement>(null);
  const { isAtEnd, isLocked, onScroll, goToEnd } = useBottomLock(scroll);
  const isPrepended = usePrepended(messages);
  const isWhole = messages.length <= unvirtualisedMessages;
  const keepMounted = [...messages.keys()].filter((at) => isWhole || messages[at]?.key === editing);
  // The object is the same for the same session, so that a message is rendered again only when it changes.
  const acts = useMemo(
    () => ({ retry, cancel, edit, remove, regenerate, choose }),
    [retry, cancel, edit, remove, regenerate, choose],
  );

  const { refusal, isAsking, load } = useEarlier(loadEarlier);
  const loadWhenNear = (): void => {
    const view = scroll.current;
    if (!view || !hasEarlier || isAsking() || refusal !== undefined) return;
    const isNear = isLocked() ? view.scrollHeight <= view.clientHeight : view.scrollTop < loadAheadPx;
    if (isNear) void load();
  };
  useEffect(loadWhenNear);
  useEffect(goToEnd, [sentCount, goToEnd]);

  return (
    <div className="messages">
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the keyboard scrolls it */}
      <div
        ref={scroll}
        className="scroll"
        data-testid="scroll"
        role="region"
        aria-label="Messages"
        tabIndex={0}
        onScroll={() => {
          onScroll();
          loadWhenNear();
        }}
      >
        <MessagesContext value={messages}>
          <Virtualizer
            as="ol"
            item={MessageItem}
            data={messages}
            shift={isPrepended}
            startMargin={paddingTopPx}
            bufferSize={nearbyPx}
            keepMounted={keepMounted}
          >
            {(message) => (
              <MessageBody
                key={message.key}
                message={message}
                acts={acts}
                isOffline={message.delivery === "pending" && status === "offline"}
                isEditing={message.key === editing}
                onEdit={onEdit}
              />
            )}
          </Virtualizer>
        </MessagesContext>
      </div>
      {isLoadingEarlier && <p className="earlier">Loading earlier messages…</p>}
      {refusal !== undefined && (
        <p className="earlier" role="alert">
          {refusal}{" "}
          <button type="button" className="plain-button" onClick={() => void load()}>
            Try again
          </button>
        </p>
      )}
      {messages.length === 0 && !hasEarlier && (
        <p className="no-messages">No messages yet. Write the first one below.</p>
      )}
      {!isAtEnd && (
        <button type="button" className="to-end" onClick={goToEnd}>
          <Icon name="down" /> Latest messages
        </button>
      )}
    </div>
  );
}

/** Whether this render adds messages before the first one. */
function usePrepended(messages: LiveSession["messages"]): boolean {
  const first = messages[0]?.key;
  const [before, setBefore] = useState(first);
  // oxlint-disable-next-line react/set-state-in-effect -- the virtualiser takes it from the one render that adds them
  useLayoutEffect(() => setBefore(first), [first]);
  return before !== undefined && before !== first && messages.some(({ key }) => key === before);
}
