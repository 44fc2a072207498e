import type { z } from "zod";

/** The beginnings of zod's own messages, which give the expected and the received type. */
const zodsOwn = /^(?:Invalid|Too) /;

/** The types of input values, by zod's names. All numbers of the inputs are integers. */
const kinds: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a whole number",
  int: "a whole number",
  object: "an object",
};

/** Created at its first use: creating it takes a tenth of the time of a start. */
let alternatives: Intl.ListFormat | undefined;

/** The message of a fault: the schema's own, or else a sentence with the expected value. */
export function faultSentence(issue: z.core.$ZodIssue): string {
  const { message } = issue;
  if (!zodsOwn.test(message)) return message;
  if (issue.code === "invalid_type") {
    const must = `must be ${kinds[issue.expected] ?? issue.expected}`;
    return message.endsWith("received undefined") ? `is missing, and ${must}` : must;
  }
  if (issue.code === "invalid_value") {
    alternatives ??= new Intl.ListFormat("en", { type: "disjunction" });
    return `must be ${alternatives.format(issue.values.map((value) => JSON.stringify(value)))}`;
  }
  if (issue.code === "too_big") return `must ${bound(issue.origin, "at most", issue.maximum)}`;
  if (issue.code !== "too_small") return message;
  return isEmpty(issue) ? "must not be empty" : `must ${bound(issue.origin, "at least", issue.minimum)}`;
}

function bound(origin: string, limit: string, count: number | bigint): string {
  return origin === "string" ? `have ${limit} ${count} characters` : `be ${limit} ${count}`;
}

function isEmpty({ origin, minimum }: z.core.$ZodIssueTooSmall): boolean {
  return origin === "string" && minimum === 1;
}
