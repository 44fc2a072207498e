import type { Somebody } from "@ai-desk/client";
import type { ReactElement } from "react";

/** Says who is typing. Its place is always there, so that nothing moves. */
export function TypingLine({ typing }: { typing: readonly Somebody[] }): ReactElement {
  return (
    <p className="typing" data-testid="typing" aria-live="polite">
      {typing.length > 0 && `${namesOf(typing)} typing…`}
    </p>
  );
}

function namesOf(typing: readonly Somebody[]): string {
  const [first, ...others] = typing;
  if (others.length > 1) return `${typing.length} people are`;
  const name = first?.name ?? "Somebody";
  return others[0] ? `${name} and ${others[0].name ?? "somebody else"} are` : `${name} is`;
}
