import type { ShownMessage } from "@ai-desk/client";

/** Whether a message is a reply that has not ended. */
export function isOpen({ status }: Pick<ShownMessage, "status">): boolean {
  return status === "requested" || status === "streaming";
}

const sentences = {
  requested: "Waiting for an answer…",
  streaming: "Writing…",
  stopped: "Stopped",
  interrupted: "Interrupted: the writer was lost",
  failed: "The answer failed.",
};

/** The state of a reply for people; undefined if the message is complete. */
export function replyState({ status, failure }: ShownMessage): string | undefined {
  return status && (status === "failed" ? (failure ?? sentences.failed) : sentences[status]);
}
