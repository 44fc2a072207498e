import { spawn } from "node:child_process";
import { join } from "node:path";

const script = join(import.meta.dirname, "../../client-sdk/chat-page/build.js");

/** Builds the chat page, in a process of its own. @returns whether it is built */
export function buildChatPage(): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script], { stdio: "ignore" });
    child.on("error", () => resolve(false));
    child.on("exit", (code) => resolve(code === 0));
  });
}
