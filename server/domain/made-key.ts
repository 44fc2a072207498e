import { madeKeyForm } from "../contract/message-key.ts";
import { textValue } from "./text-value.ts";

/** The key of a message whose send had none: `#` and its id. It is made when the message is shown and is never stored. */
export function madeKey(id: number): string {
  return `#${id}`;
}

export function isMadeKey(key: string): boolean {
  return key.startsWith("#") && madeKeyForm.test(key);
}

/** The id in a made key. @returns undefined for any other key */
export function idOfMadeKey(key: string): number | undefined {
  const id = isMadeKey(key) ? Number(key.slice(1)) : undefined;
  return Number.isSafeInteger(id) ? id : undefined;
}

/**
 * The key of a message: the sender's, or one made from the message's id. In an adopted file a sender's key may look
 * like a made one.
 */
export function shownKey(id: number, key: string | null): string {
  const sent = key === null ? "" : textValue(key);
  return sent === "" || isMadeKey(sent) ? madeKey(id) : sent;
}
