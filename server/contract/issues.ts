import type { z } from "zod";
import { faultSentence } from "./fault-sentence.ts";
import type { Issue } from "./issue.ts";

/** The faults that a schema found, in the shape of the wire. */
export function issuesOf(error: z.ZodError): Issue[] {
  return error.issues.map((issue) => ({
    path: issue.path.map((step) => (typeof step === "symbol" ? String(step) : step)),
    code: issue.code ?? "custom",
    message: faultSentence(issue),
  }));
}

/** One sentence for people: the first faults, each with its path. */
export function describeIssues(issues: readonly Issue[]): string {
  const shown = issues
    .slice(0, 3)
    .map(({ path, message }) => (path.length > 0 ? `${path.join(".")}: ${message}` : message));
  const more = issues.length - shown.length;
  return shown.join("; ") + (more > 0 ? `; and ${more} more` : "");
}
