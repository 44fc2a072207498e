import type { Calling } from "../domain/perform.ts";
import type { Model } from "./model.ts";

/** The log of the server. */
export type AssistantLog = Record<"info" | "warn", (details: object, sentence: string) => void>;

/** The things that the assistant works with. */
export type Desk = {
  readonly calling: Calling;
  readonly model: Model;
  /** How the model is to answer. */
  readonly instructions: string | undefined;
  /** How long a reply stays open without a sign of its writer, in milliseconds. */
  readonly leaseMs: number;
  /** Aborts when the assistant stops. */
  readonly signal: AbortSignal;
  readonly log: AssistantLog;
};
