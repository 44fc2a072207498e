import type { MessageRow } from "../../db/store.ts";
import type { Message } from "../contract/message.ts";
import type { Extras } from "../contract/message-extras.ts";

const fieldNames = ["parent_key", "parts", "format", "metadata", "failure"] as const;

/** The optional fields of a message, as a row holds them. @returns null if none is set */
export function toExtra(extras: Extras): string | null {
  const set = Object.fromEntries(
    fieldNames.flatMap((name) => (extras[name] === undefined ? [] : [[name, extras[name]]])),
  );
  return Object.keys(set).length === 0 ? null : JSON.stringify(set);
}

/** Another program may have stored something else: that is left out. */
export function readExtra(extra: string | null): Extras {
  if (extra === null) return {};
  try {
    return JSON.parse(extra) as Extras;
  } catch {
    return {};
  }
}

export function withoutParts(extra: string | null): string | null {
  return extra === null ? null : toExtra({ ...readExtra(extra), parts: undefined, format: undefined });
}

/** The fields of a message that most messages do not have. */
export function optionalFields({ status, extra, chunks }: MessageRow): Partial<Message> {
  return {
    ...(status !== null && { status }),
    ...readExtra(extra),
    ...(chunks !== null && { chunks: JSON.parse(`[${chunks}]`) as unknown[] }),
  };
}
