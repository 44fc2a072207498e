/** The code that is needed when a WebSocket does not get through. */
export { openHttp } from "./http-carrier.ts";
export { nextWay } from "./next-way.ts";
