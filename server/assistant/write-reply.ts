import type { Message } from "../contract/message.ts";
import { toAppError } from "../domain/to-app-error.ts";
import { buildPrompt } from "./build-prompt.ts";
import type { Desk } from "./desk.ts";
import { Draft } from "./draft.ts";
import { ModelError } from "./model.ts";
import type { SessionView } from "./session-view.ts";

/**
 * Writes a reply that is streaming, to its end: complete, `failed` with a sentence, or `interrupted` when the assistant
 * stops. A reply that someone else ends, or deletes, ends the request to the model at once.
 *
 * @throws an error of the domain that leaves the reply open
 */
export async function writeReply(desk: Desk, view: SessionView, reply: Message): Promise<void> {
  const { calling, leaseMs, signal } = desk;
  const over = new AbortController();
  const onRefused = (): void => over.abort();
  const draft = new Draft(calling, reply, { patienceMs: leaseMs, signal, onRefused });
  const renewal = setInterval(() => draft.renew(), leaseMs / 3);
  try {
    // The prompt has each message that was sent before the reply.
    if (!(await view.has(reply.seq))) throw new Error("The messages before the reply cannot be read.");
    void view.hasEnded(reply.id).then(() => over.abort());
    await copyAnswer({ ...desk, signal: AbortSignal.any([signal, over.signal]) }, view, { reply, draft });
    await draft.finish();
  } catch (error) {
    await endBadly(desk, { reply, draft, error }).catch(passIfEnded);
    const isExpected = error instanceof ModelError || signal.aborted || over.signal.aborted;
    if (!isExpected) passIfEnded(error);
  } finally {
    clearInterval(renewal);
  }
}

type Writing = { reply: Message; draft: Draft };

/** @throws {ModelError}; the reason of the signal */
async function copyAnswer(
  { model, instructions, signal }: Desk,
  { messages }: SessionView,
  { reply, draft }: Writing,
): Promise<void> {
  const prompt = buildPrompt(messages, reply);
  if (!prompt) throw new ModelError("The message that this answers was deleted, or is too far back.");
  for await (const text of model.answer({ instructions, messages: prompt }, signal)) await draft.add(text);
  if (draft.isEmpty) throw new ModelError("The answer of the assistant was empty. Try again.");
}

async function endBadly(
  { model, log }: Desk,
  { reply, draft, error }: Writing & { error: unknown },
): Promise<void> {
  if (draft.refusal) throw draft.refusal.error;
  if (!(error instanceof ModelError)) return draft.leave();
  log.warn({ message_id: reply.id, model: model.name, ...error.details }, error.message);
  await draft.finish({ status: "failed", error: error.message });
}

/** Someone else has ended the reply, or deleted it, or it was too long. */
function passIfEnded(error: unknown): void {
  const { code } = toAppError(error);
  if (code !== "CONFLICT" && code !== "NOT_FOUND" && code !== "PAYLOAD_TOO_LARGE") throw error;
}
