import { unreachable } from "./chat-error.ts";

/** Loads a part of the client at its first use. If loading fails, the next use loads again. @throws {ChatError} */
export function onceLoaded<Part>(load: () => Promise<Part>): () => Promise<Part> {
  let loading: Promise<Part> | undefined;
  const fail = (cause: unknown): never => {
    loading = undefined;
    throw unreachable("A part of this page could not be loaded. It is tried again.", cause);
  };
  return () => (loading ??= load().catch(fail));
}
