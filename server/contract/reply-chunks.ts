/*
 * The SDK reads this file in browsers, so it imports nothing.
 */

/** A chunk of a UI message stream of the AI SDK. */
export type UIChunk = { readonly type: string; readonly [field: string]: unknown };

/** A reply, as it is at a time. */
export type ReplyForm = {
  readonly key: string;
  readonly content: string;
  readonly status?: string | undefined;
  /** The chunks of a writer that yields those of the AI SDK. */
  readonly chunks?: readonly unknown[] | undefined;
  readonly metadata?: unknown;
  readonly failure?: string | undefined;
};

/** The id of the part that has the text of a writer that yields text alone. */
const textId = "text";

const beginnings: Readonly<Record<string, string>> = {
  "text-start": "text-end",
  "reasoning-start": "reasoning-end",
};
const endings = new Set(Object.values(beginnings));
/** The chunks that go on with a part, which must have begun. */
const continuations = new Set(["text-delta", "reasoning-delta", ...endings]);

/**
 * Turns the successive forms of a reply into the chunks of a UI message stream. The chunks of the writer are passed on. If
 * they have no text, the reply's text is in one part of its own.
 */
export class ReplyChunks {
  /** Whether the reply has ended: no more chunks follow. */
  isOver = false;
  #isBegun = false;
  /** The reply's text in the chunks, and how many parts it has begun. */
  #text = "";
  #textParts = 0;
  #chunkCount = 0;
  /** How many steps the writer's chunks have begun. */
  #stepCount = 0;
  /** The writer's parts that have begun and not ended: the type of the end of each, by its id. */
  readonly #open = new Map<string, string>();
  #hasWritersText = false;
  /** The last chunk of the writer, which ends the reply. */
  #finish: UIChunk | undefined;

  /**
   * The chunks that a form of the reply adds to those of the earlier forms; none of a reply that nobody writes yet.
   *
   * @param parts those of the AI SDK that the reply was stored with, if it has ended with any
   */
  next(reply: ReplyForm, parts?: readonly UIChunk[]): UIChunk[] {
    const { key, status, chunks = [], content } = reply;
    if (this.isOver || status === "requested") return [];
    const out: UIChunk[] = this.#isBegun ? [] : [{ type: "start", messageId: key }];
    this.#isBegun = true;
    out.push(...chunks.slice(this.#chunkCount).flatMap((chunk) => this.#pass(chunk)));
    this.#chunkCount = Math.max(this.#chunkCount, chunks.length);
    const isOpen = status === "streaming";
    const isMissing = !isOpen && !this.#finish && (this.#text === "" || this.#chunkCount > 0);
    if (isMissing && parts) out.push(...this.#restOf(parts));
    else if (!this.#hasWritersText) out.push(...this.#ownText(content));
    if (isOpen) return out;
    this.isOver = true;
    return [...out, ...this.#endOpenParts(), endOf(reply, this.#finish)];
  }

  /** A stream takes nothing back: other text than before, with which a reply may end, is in a part of its own. */
  #ownText(content: string): UIChunk[] {
    const out: UIChunk[] = [];
    if (!content.startsWith(this.#text)) {
      out.push(...this.#endOpenParts());
      this.#open.clear();
      this.#text = "";
    }
    const delta = content.slice(this.#text.length);
    if (delta === "") return out;
    if (this.#text === "") this.#textParts += 1;
    const id = this.#textParts === 1 ? textId : `${textId}-${this.#textParts}`;
    if (this.#text === "") out.push({ type: "text-start", id });
    this.#open.set(id, "text-end");
    this.#text = content;
    return [...out, { type: "text-delta", id, delta }];
  }

  #endOpenParts(): UIChunk[] {
    return [...this.#open].map(([id, type]) => ({ type, id }));
  }

  /** The stream has one beginning and one end, which are not the writer's. */
  #pass(value: unknown): UIChunk[] {
    if (!isChunk(value)) return [];
    const { type } = value;
    const id = String(value["id"]);
    if (type === "start") return "messageMetadata" in value ? [withType("message-metadata", value)] : [];
    if (type === "finish") this.#finish = value;
    if (type === "finish" || type === "abort" || type === "error") return [];
    // The SDK ends the whole stream at such a chunk.
    if (continuations.has(type) && !this.#open.has(id)) return [];
    if (type === "start-step") this.#stepCount += 1;
    if (type === "text-start") this.#hasWritersText = true;
    const ending = beginnings[type];
    if (ending) this.#open.set(id, ending);
    if (endings.has(type)) this.#open.delete(id);
    return [value];
  }

  /** The last chunks of a reply are gone when it has ended. The step that has begun is written once more, from the parts. */
  #restOf(parts: readonly UIChunk[]): UIChunk[] {
    let steps = 0;
    const rest = parts.filter(({ type }) => {
      const isStep = type === "step-start";
      if (isStep) steps += 1;
      return isStep ? steps > this.#stepCount : steps >= this.#stepCount;
    });
    this.#open.clear();
    const again = this.#chunkCount > 0 ? [{ type: "reset-step" }] : [];
    return [...again, ...rest.flatMap((part, at) => chunksOf(part, `part-${at}`))];
  }
}

function isChunk(value: unknown): value is UIChunk {
  return typeof value === "object" && value !== null && typeof (value as UIChunk).type === "string";
}

function withType(type: string, chunk: UIChunk): UIChunk {
  return { type, messageMetadata: chunk["messageMetadata"] };
}

function endOf({ status, metadata, failure }: ReplyForm, finish: UIChunk | undefined): UIChunk {
  if (status === "stopped") return { type: "abort" };
  if (status === "failed") return { type: "error", errorText: failure ?? "The reply failed." };
  if (status === "interrupted") return { type: "finish", finishReason: "interrupted" };
  return { type: "finish", ...finish, ...(metadata !== undefined && { messageMetadata: metadata }) };
}

/** The chunks that make a part of a message. */
function chunksOf(part: UIChunk, ownId: string): UIChunk[] {
  const { type, text } = part;
  if (type === "step-start") return [{ type: "start-step" }];
  if (type === "text" || type === "reasoning") {
    const { providerMetadata, id = ownId } = part;
    const own = { id, ...(providerMetadata !== undefined && { providerMetadata }) };
    return [
      { type: `${type}-start`, ...own },
      { type: `${type}-delta`, id, delta: text },
      { type: `${type}-end`, id },
    ];
  }
  if (type === "dynamic-tool" || type.startsWith("tool-")) return toolChunks(part);
  return [part];
}

/** The end of a tool call, by the state of its part: the type of the chunk, and the fields that it takes. */
const outcomes: Readonly<Record<string, readonly [type: string, ...fields: string[]]>> = {
  "output-available": ["tool-output-available", "output", "preliminary"],
  "output-error": ["tool-output-error", "errorText"],
  "output-denied": ["tool-output-denied"],
};

function toolChunks(part: UIChunk): UIChunk[] {
  const { type, toolCallId, state, input, callProviderMetadata: providerMetadata } = part;
  const isDynamic = type === "dynamic-tool";
  const call: UIChunk = {
    type: "tool-input-available",
    toolCallId,
    toolName: isDynamic ? part["toolName"] : type.slice("tool-".length),
    input,
    ...pick(part, ["providerExecuted", "title", "toolMetadata"]),
    ...(isDynamic && { dynamic: true }),
    ...(providerMetadata !== undefined && { providerMetadata }),
  };
  const approval = part["approval"] as { id?: unknown } | undefined;
  const asked = approval ? [{ type: "tool-approval-request", toolCallId, approvalId: approval.id }] : [];
  const [outcome, ...fields] = outcomes[String(state)] ?? [];
  if (outcome === undefined) return [call, ...asked];
  return [
    call,
    ...asked,
    { type: outcome, toolCallId, ...pick(part, fields), ...(isDynamic && { dynamic: true }) },
  ];
}

function pick(part: UIChunk, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.flatMap((name) => (part[name] === undefined ? [] : [[name, part[name]]])));
}
