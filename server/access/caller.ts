/** The caller of an operation. Every caller is anonymous: there is no sign-in yet. */
export type Caller = { readonly kind: "anonymous" };

export const anonymous: Caller = { kind: "anonymous" };
