/** Gives what belongs to an object. */
export interface OncePer<K extends object, V> {
  (owner: K): V;
  /** What was made; undefined when nobody has asked for it. */
  ifMade(owner: K): V | undefined;
}

/** What belongs to an object and goes with it: made when it is first asked for, the same ever after. `made` is where it is kept. */
export function oncePer<K extends object, V>(create: (owner: K) => V, made = new WeakMap<K, { value: V }>()): OncePer<K, V> {
  const valueOf = (owner: K): V => {
    let found = made.get(owner);
    if (!found) {
      found = { value: create(owner) };
      made.set(owner, found);
    }
    return found.value;
  };
  return Object.assign(valueOf, { ifMade: (owner: K) => made.get(owner)?.value });
}
