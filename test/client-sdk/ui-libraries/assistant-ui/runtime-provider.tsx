import { createChat } from "@ai-desk/client";
import { useAIDeskRuntime } from "@ai-desk/client/assistant-ui";
import { AssistantRuntimeProvider } from "@assistant-ui/react";
import type { PropsWithChildren } from "react";

const chat = createChat({ url: "/" });

export function RuntimeProvider({ children }: PropsWithChildren) {
  const runtime = useAIDeskRuntime({
    chat,
    sessionId: location.hash.slice(1) || undefined,
    onSessionIdChange: (id = "") => location.assign(`#${id}`),
  });
  return <AssistantRuntimeProvider runtime={runtime}>{children}</AssistantRuntimeProvider>;
}
