/** The same object with other verbs in the place of some. A spread would lose the verbs of a class, and its private fields. */
export function withVerbs<Port extends object>(port: Port, others: Partial<Port>): Port {
  return new Proxy(port, {
    get(_port, name): unknown {
      if (name in others) return Reflect.get(others, name);
      const value: unknown = Reflect.get(port, name);
      return typeof value === "function" ? value.bind(port) : value;
    },
  });
}
