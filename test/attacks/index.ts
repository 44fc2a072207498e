import type { Attack } from "./attack.ts";
import { httpAttacks } from "./http-attacks.ts";
import { socketAttacks } from "./socket-attacks.ts";

export const attacks: readonly Attack[] = [...httpAttacks, ...socketAttacks];
