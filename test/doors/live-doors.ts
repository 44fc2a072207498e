import { httpDoors, httpVariants } from "./http-doors.ts";
import type { LiveDoor } from "./live-door.ts";
import { socketDoors } from "./socket-doors.ts";

/** Every door by which a session can be followed, on the wire and without a client library. */
export const liveDoors: LiveDoor[] = [...socketDoors, ...httpDoors];

/** The doors, and the other ways to say at one where to go on. */
export const resumingDoors: LiveDoor[] = [...liveDoors, ...httpVariants];
