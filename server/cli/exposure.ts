import { BlockList, isIPv4 } from "node:net";
import type { OriginPolicy } from "../http/origin-policy.ts";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/**
 * Sentences about settings that give access to more than this machine. There is no sign-in, so everyone with access can
 * read and change everything.
 *
 * @param address the IP address on which the server listens
 */
export function listExposures({
  host,
  address,
  origins,
}: {
  host: string;
  address: string;
  origins: OriginPolicy;
}): string[] {
  const exposures: string[] = [];
  if (!loopback.check(address, isIPv4(address) ? "ipv4" : "ipv6")) {
    exposures.push(
      `HOST is ${host}: everyone who reaches this address can read, change and delete everything, since there is no sign-in. ` +
        "Set HOST to 127.0.0.1, or let only a firewall or a proxy with a sign-in reach it.",
    );
  }
  // "null" is the origin of a sandboxed frame, which any page can create.
  if (origins.allowsAll || origins.allows("null")) {
    exposures.push(
      `CORS_ORIGINS ${origins.allowsAll ? "is *" : "names null"}: every web page that is open in a browser which reaches this server ` +
        "can read, change and delete everything, since there is no sign-in. Name the origins of your own pages.",
    );
  }
  return exposures;
}
