import type { LiveSessions } from "@ai-desk/client/react";
import { useSession } from "@ai-desk/client/react";
import type { ReactElement } from "react";
import { useEffect, useState } from "react";
import { showTime, showWholeTime } from "../show-time.ts";

type ListedSession = LiveSessions["sessions"][number];
type Delivery = ListedSession["delivery"];

/**
 * The last message of a session, and its time. An unsent message counts too, although the list knows only stored ones.
 */
export function RowNews({ session, isOpen }: { session: ListedSession; isOpen: boolean }): ReactElement {
  const [isUnsent, setUnsent] = useState(false);
  // Following every session of the list would be too much for the server.
  if (isOpen || isUnsent || session.delivery !== "sent")
    return <FollowedNews session={session} onUnsent={setUnsent} />;
  return <News session={session} last={session.last_message} delivery="sent" />;
}

type FollowedNewsProps = { session: ListedSession; onUnsent: (isUnsent: boolean) => void };

function FollowedNews({ session, onUnsent }: FollowedNewsProps): ReactElement {
  const { messages, isLoaded } = useSession(session.id);
  const last = messages.at(-1);
  const deliveries = new Set([session.delivery, ...messages.map((message) => message.delivery)]);
  const delivery = (["failed", "pending"] as const).find((state) => deliveries.has(state)) ?? "sent";
  useEffect(() => onUnsent(delivery !== "sent"), [delivery, onUnsent]);
  return (
    <News
      session={session}
      last={last ? { ...last, excerpt: last.content.slice(0, 200) } : session.last_message}
      delivery={delivery}
      isEmpty={isLoaded && !last}
    />
  );
}

type NewsProps = {
  session: ListedSession;
  last: { sender: string; timestamp: string; excerpt: string; status?: string | undefined } | null;
  delivery: Delivery;
  isEmpty?: boolean;
};

function News({ session, last, delivery, isEmpty = false }: NewsProps): ReactElement {
  const time = last?.timestamp ?? session.created_at;
  const words = { pending: "waiting", failed: "not sent", sent: showTime(time) };
  return (
    <>
      <time className="row-time" dateTime={time} title={showWholeTime(time)} data-delivery={delivery}>
        {words[delivery]}
      </time>
      <p className="preview">
        {last?.status === "streaming" && last.excerpt === "" && "Writing…"}
        {last && last.excerpt !== "" && `${last.sender === "user" ? "You: " : ""}${last.excerpt}`}
        {!last && isEmpty && "No messages yet"}
      </p>
    </>
  );
}
