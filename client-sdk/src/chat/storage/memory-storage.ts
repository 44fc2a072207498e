import { sorted } from "../changed-copies.ts";
import type { ChatStorage } from "./chat-storage.ts";

/** A storage in memory, which is lost when the program ends. */
export function createMemoryStorage(values = new Map<string, string>()): ChatStorage {
  return {
    get: async (name) => values.get(name),
    async list(prefix) {
      const names = sorted([...values.keys()].filter((name) => name.startsWith(prefix)));
      return names.map((name) => [name, values.get(name) ?? ""] as const);
    },
    async write(changes) {
      for (const [name, value] of changes) {
        if (value === undefined) values.delete(name);
        else values.set(name, value);
      }
    },
  };
}
