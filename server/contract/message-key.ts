/** The form of a key that is made from a message's id, so that no send may use it. */
export const madeKeyForm = /^#-?[0-9]+$/;

const control = String.raw`\x00-\x1f\x7f-\x9f`;
const rest = `[^${control}]*`;

/**
 * The JSON Schema pattern of a key that a send may use. It has no lookahead, which the regular expressions of some
 * languages lack.
 */
export const keyPattern = `^(?:[^#${control}]${rest}|#(?:[^0-9${control}-]${rest}|-?[0-9]+[^0-9${control}]${rest}|-(?:[^0-9${control}]${rest})?)?)$`;
