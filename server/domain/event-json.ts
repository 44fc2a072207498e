const encoded = new WeakMap<object, string>();

/** An event as JSON, made once however many it is sent to. Who encodes an event changes it no more. */
export function toJson(event: object): string {
  const known = encoded.get(event);
  if (known !== undefined) return known;
  const json = JSON.stringify(event);
  encoded.set(event, json);
  return json;
}
