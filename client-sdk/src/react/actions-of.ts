type Actions<Store, Name extends keyof Store> = { readonly [Key in Name]: Store[Key] };

const bound = new WeakMap<object, unknown>();

/**
 * The methods of a store as functions without `this`. They are the same functions for the same store, as effects need.
 */
export function actionsOf<Store extends object, Name extends keyof Store>(
  store: Store,
  names: readonly Name[],
): Actions<Store, Name> {
  const known = bound.get(store) as Actions<Store, Name> | undefined;
  if (known) return known;
  const actions = Object.fromEntries(
    names.map((name) => [name, (store[name] as (...args: unknown[]) => unknown).bind(store)]),
  ) as Actions<Store, Name>;
  bound.set(store, actions);
  return actions;
}
