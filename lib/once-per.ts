/** What belongs to an object and goes with it: made when it is first asked for, the same ever after. */
export function oncePer<K extends object, V>(create: (owner: K) => V): (owner: K) => V {
  const made = new WeakMap<K, { value: V }>();
  return (owner) => {
    let found = made.get(owner);
    if (!found) {
      found = { value: create(owner) };
      made.set(owner, found);
    }
    return found.value;
  };
}
