import { invalidInput } from "../contract/app-error.ts";
import type { Services } from "./services.ts";

/** Checks content against the operator's limit. @throws {AppError} BAD_REQUEST */
export function assertContentFits(services: Services, content: string): void {
  if (content.length <= services.maxMessageChars) return;
  throw invalidInput([
    {
      path: ["content"],
      code: "too_big",
      message: `must have at most ${services.maxMessageChars} characters, and has ${content.length}`,
    },
  ]);
}
