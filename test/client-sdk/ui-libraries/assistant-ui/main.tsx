import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RuntimeProvider } from "./runtime-provider.tsx";
import { ThreadList } from "./thread-list.tsx";
import { Thread } from "./thread.tsx";

const root = document.querySelector("#root");
if (root)
  createRoot(root).render(
    <StrictMode>
      <RuntimeProvider>
        <ThreadList />
        <Thread />
      </RuntimeProvider>
    </StrictMode>,
  );
