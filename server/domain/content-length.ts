import { invalidInput } from "./app-error.ts";
import type { Desk } from "./desk.ts";

/** Holds content to the operator's limit. @throws {AppError} BAD_REQUEST */
export function assertContentFits(desk: Desk, content: string): void {
  if (content.length <= desk.maxMessageChars) return;
  throw invalidInput([
    {
      path: ["content"],
      code: "too_big",
      message: `must have at most ${desk.maxMessageChars} characters, and has ${content.length}`,
    },
  ]);
}
