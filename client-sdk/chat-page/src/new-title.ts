/** The server's title of a session that was created without one. */
export const newTitle = "New chat";
