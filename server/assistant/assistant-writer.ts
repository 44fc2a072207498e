/**
 * The writer of all replies of the built-in assistant. It is the same after a restart: the next run of the server may end
 * the replies that the last one has left.
 */
export const assistantWriter = "ai-desk-assistant";
