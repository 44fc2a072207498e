/** The fields of a send that every door refuses, and the faults that the refusal names: the field and the sentence of each. */
export type BadMessage = { what: string; fields: Record<string, unknown>; faults: [string, string][] };

/** The greatest length of content in the suite, so that a message that is too long is short. */
export const maxMessageChars = 20;

export const good = { content: "Hello", sender: "user" };

const noString = "must be a string";
const noSender = 'must be "user" or "assistant"';
const noTimestamp = "must be an ISO 8601 date-time, such as 2025-11-30T12:00:00.000Z";
const loneSurrogate = "must be well-formed Unicode: it has a lone surrogate";

export const badMessages: BadMessage[] = [
  { what: "no content", fields: { sender: "user" }, faults: [["content", `is missing, and ${noString}`]] },
  ...badValues("content", [
    ["null", null, noString],
    ["a number", 5, noString],
    ["a boolean", true, noString],
    ["an object", { toString: "x" }, noString],
    ["an array", ["Hello"], noString],
    ["empty", "", "must not be empty"],
    ["one character too long", "x".repeat(21), "must have at most 20 characters, and has 21"],
    ["too long in surrogate pairs", "😀".repeat(11), "must have at most 20 characters, and has 22"],
    ["with NUL", "a\0b", "must not contain the NUL character"],
    ["with a lone surrogate inside", "a\ud800b", loneSurrogate],
    ["with a lone high surrogate", "a\ud83d", loneSurrogate],
    ["with a lone low surrogate", "\ude00a", loneSurrogate],
  ]),
  { what: "no sender", fields: { content: "Hello" }, faults: [["sender", noSender]] },
  ...badValues("sender", [
    ["unknown", "system", noSender],
    ["empty", "", noSender],
    ["in capitals", "User", noSender],
    ["a number", 1, noSender],
    ["null", null, noSender],
    ["__proto__", "__proto__", noSender],
    ["constructor", "constructor", noSender],
  ]),
  ...badValues("timestamp", [
    ["in words", "yesterday", noTimestamp],
    ["a number of milliseconds", 1764504000000, noTimestamp],
    ["a number of seconds", 1764504000, noTimestamp],
    ["empty", "", noTimestamp],
    ["in month 13", "2025-13-01T12:00:00Z", noTimestamp],
    ["at midnight in month 13", "2025-13-01T00:00:00Z", noTimestamp],
    ["a 30th of February", "2025-02-30T00:00:00Z", noTimestamp],
    ["a date without a time", "2025-11-30", noTimestamp],
    ["with more behind it", "2025-11-30T12:00:00Z\n", noTimestamp],
    ["that goes on and on", "x".repeat(100), noTimestamp],
  ]),
  {
    what: "nothing at all",
    fields: {},
    faults: [
      ["content", `is missing, and ${noString}`],
      ["sender", noSender],
    ],
  },
  {
    what: "a fault in every field",
    fields: { content: 1, sender: 2, timestamp: 3 },
    faults: [
      ["content", noString],
      ["sender", noSender],
      ["timestamp", noTimestamp],
    ],
  },
];

function badValues(field: string, values: [string, unknown, string][]): BadMessage[] {
  return values.map(([what, value, sentence]) => ({
    what: `${field} ${what}`,
    fields: { ...good, [field]: value },
    faults: [[field, sentence]],
  }));
}

/** The same for the key of a send, which REST takes from a header. */
export const badKeys: { what: string; key: string; sentence: string }[] = [
  { what: "empty", key: "", sentence: "must not be empty" },
  { what: "too long", key: "k".repeat(256), sentence: "must have at most 255 characters" },
  { what: "broken by a control character", key: "a\u0085b", sentence: "must not contain control characters" },
];

const noJson = /\bJSON\b/;
const noObject = /must be (an|a JSON) object/;

/** Texts that hold no message, because they are no JSON or no object, and the words of the refusal. */
export const textsWithoutMessage: { text: string; refusal: RegExp }[] = [
  { text: "", refusal: /\bis missing\b|\bJSON\b/ },
  { text: " ", refusal: noJson },
  { text: "{", refusal: noJson },
  { text: "{content:", refusal: noJson },
  { text: "{'content':'a'}", refusal: noJson },
  { text: '{"session_id":"s","content":"Hello","sender":"user"}x', refusal: noJson },
  { text: "NaN", refusal: noJson },
  { text: "PING", refusal: noJson },
  { text: "\u0000", refusal: noJson },
  { text: "[]", refusal: noObject },
  { text: "null", refusal: noObject },
  { text: "5", refusal: noObject },
  { text: "true", refusal: noObject },
  { text: '"hello"', refusal: noObject },
  { text: "[".repeat(600_000), refusal: /nests deeper than 32 levels/ },
];
