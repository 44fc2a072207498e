import { toChatError } from "@ai-desk/client";
import type { LiveSession } from "@ai-desk/client/react";
import { useRef, useState } from "react";

type Earlier = {
  /** Why earlier messages were refused. They are requested again only by a person. */
  refusal: string | undefined;
  isAsking: () => boolean;
  load: () => Promise<void>;
};

/**
 * Loads earlier messages. The hook counts a page as loading until its refusal is known here, since the session reports
 * the refusal first.
 */
export function useEarlier(loadEarlier: LiveSession["loadEarlier"]): Earlier {
  const [{ refusal }, setOutcome] = useState<{ refusal?: string }>({});
  const asking = useRef(false);
  const load = async (): Promise<void> => {
    asking.current = true;
    const outcome = await loadEarlier().then(
      () => ({}),
      (cause: unknown) => {
        const { kind, message } = toChatError(cause);
        // The list began again, and requests earlier messages again.
        return kind === "aborted" ? {} : { refusal: message };
      },
    );
    asking.current = false;
    setOutcome(outcome);
  };
  return { refusal, isAsking: () => asking.current, load };
}
