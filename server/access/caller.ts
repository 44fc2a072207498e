/** The caller of an operation. Every client is anonymous: there is no sign-in yet. */
export type Caller = { readonly kind: "anonymous" | "assistant" };

export const anonymous: Caller = { kind: "anonymous" };

/** The assistant that is a part of this server. */
export const builtInAssistant: Caller = { kind: "assistant" };
