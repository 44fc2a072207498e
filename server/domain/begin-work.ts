import type { AppError } from "../contract/app-error.ts";
import { heedOthers } from "./heed-others.ts";
import { publishCommits } from "./publish-commits.ts";
import { endAbandonedReplies } from "./replies/end-abandoned-replies.ts";
import type { Services } from "./services.ts";
import { toAppError } from "./to-app-error.ts";

/** Begins the work that no client asks for, once the store is open. It ends when the product stops. */
export function beginWork(services: Services, report: (error: AppError) => void): void {
  publishCommits(services);
  heedOthers(services);
  void endAbandonedReplies(services, (error) => report(toAppError(error)));
}
