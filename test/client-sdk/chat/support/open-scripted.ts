import { onTestFinished } from "vitest";
import type { ChatStateOptions } from "../../../../client-sdk/src/chat/chat-state.ts";
import { ChatState } from "../../../../client-sdk/src/chat/chat-state.ts";
import { createMemoryStorage } from "../../../../client-sdk/src/chat/storage/memory-storage.ts";
import { ScriptedLine } from "./scripted-line.ts";
import { ScriptedRpc } from "./scripted-rpc.ts";
import { Tabs } from "./tabs.ts";

/** A chat whose events and answers come in the order of the test. It ends with the test. */
export function openScripted({
  line = new ScriptedLine(),
  ...options
}: Partial<Omit<ChatStateOptions, "line">> & { line?: ScriptedLine } = {}) {
  const calls = new ScriptedRpc();
  const sender = new Tabs().open();
  const chat = new ChatState({
    line,
    rpc: calls.rpc,
    sender,
    storage: createMemoryStorage(),
    url: "http://test",
    schedule: (run) => setImmediate(run),
    graceMs: 0,
    pauses: { baseMs: 1, capMs: 1 },
    ...options,
  });
  onTestFinished(() => chat.close());
  return { line, calls, chat, sender };
}
