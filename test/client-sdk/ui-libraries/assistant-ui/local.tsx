import { createChat } from "@ai-desk/client";
import { aiDeskThreadListAdapter } from "@ai-desk/client/assistant-ui";
import type { ChatModelAdapter } from "@assistant-ui/react";
import { AssistantRuntimeProvider, useLocalRuntime, useRemoteThreadListRuntime } from "@assistant-ui/react";
import type { ReactElement } from "react";
import { createRoot } from "react-dom/client";
import { ThreadList } from "./thread-list.tsx";
import { Thread } from "./thread.tsx";

const adapter = aiDeskThreadListAdapter(createChat({ url: "/" }));

/** A model that runs in the page, and thinks and calls a tool before it answers. */
const model: ChatModelAdapter = {
  run: ({ messages }) => {
    const question = messages.at(-1)?.content[0];
    const text = question?.type === "text" ? question.text : "";
    return Promise.resolve({
      content: [
        { type: "reasoning", text: "Hm. " },
        {
          type: "tool-call",
          toolCallId: "t",
          toolName: "upper",
          args: { text },
          argsText: JSON.stringify({ text }),
          result: text.toUpperCase(),
        },
        { type: "text", text: ` ${text.toUpperCase()}!` },
      ],
    });
  },
};

const useModel = () => useLocalRuntime(model);

function App(): ReactElement {
  // The library calls the hook, once for each thread.
  // oxlint-disable-next-line react/hooks
  const runtime = useRemoteThreadListRuntime({ adapter, runtimeHook: useModel });
  return (
    <AssistantRuntimeProvider runtime={runtime}>
      <ThreadList />
      <Thread />
    </AssistantRuntimeProvider>
  );
}

const root = document.querySelector("#root");
if (root) createRoot(root).render(<App />);
