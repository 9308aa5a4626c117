/** What belongs to an object and goes with it: made when it is first asked for, the same ever after. `made` is where it is kept. */
export function oncePer<K extends object, V>(create: (owner: K) => V, made = new WeakMap<K, { value: V }>()): (owner: K) => V {
  return (owner) => {
    let found = made.get(owner);
    if (!found) {
      found = { value: create(owner) };
      made.set(owner, found);
    }
    return found.value;
  };
}
