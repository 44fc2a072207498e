import { Attacker } from "./attacker.ts";
import { attacks } from "./index.ts";

/** Runs one attack on a server until this process is killed. Its arguments: the attack's name, the address, the share. */
const [name, url = "", share] = process.argv.slice(2);
const attacker = new Attacker(url, Number(share));
await attacks.find((attack) => attack.name === name)?.run(attacker);
process.send?.("sent");
setInterval(() => undefined, 60_000);
