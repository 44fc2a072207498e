import type { ReactElement } from "react";

/** Shown in place of a session that was deleted or never existed. */
export function SessionGone({ reason }: { reason: string | undefined }): ReactElement {
  return (
    <section className="gone" aria-label="No chat">
      <h1>This chat is not here</h1>
      <p>{reason ?? "It cannot be shown."}</p>
      <p>
        <a className="button" href="#">
          All chats
        </a>
      </p>
    </section>
  );
}
