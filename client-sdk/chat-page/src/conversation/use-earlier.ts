import { toChatError } from "@ai-desk/client";
import type { LiveSession } from "@ai-desk/client/react";
import { useRef, useState } from "react";

type Earlier = {
  /** Why earlier messages were refused: they are asked for again when a person says so. */
  refusal: string | undefined;
  isAsking: () => boolean;
  load: () => Promise<void>;
};

/** Loads earlier messages. That a page is under way is known here until its refusal is, of which the session tells first. */
export function useEarlier(loadEarlier: LiveSession["loadEarlier"]): Earlier {
  const [{ refusal }, setOutcome] = useState<{ refusal?: string }>({});
  const asking = useRef(false);
  const load = async (): Promise<void> => {
    asking.current = true;
    const outcome = await loadEarlier().then(
      () => ({}),
      (cause: unknown) => {
        const { kind, message } = toChatError(cause);
        // The list began anew, and asks for earlier messages again.
        return kind === "aborted" ? {} : { refusal: message };
      },
    );
    asking.current = false;
    setOutcome(outcome);
  };
  return { refusal, isAsking: () => asking.current, load };
}
