import { spawn } from "node:child_process";
import { join } from "node:path";

const ownScript = join(import.meta.dirname, "../../client-sdk/chat-page/build.js");

/**
 * Builds the chat page in a separate process, which the signal ends. Resolves when the process has ended in any way.
 */
export function buildChatPage(signal: AbortSignal, script = ownScript): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script], { stdio: "ignore", signal });
    child.on("error", () => {
      // A process that the signal ends emits an error too, before it has ended.
      if (child.pid === undefined) resolve();
    });
    child.on("exit", () => resolve());
  });
}
