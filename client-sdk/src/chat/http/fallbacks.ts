/** The code that is needed where a WebSocket does not get through. */
export { openHttp } from "./http-carrier.ts";
export { nextWay } from "./next-way.ts";
