const maps = Symbol.for("moleculer-commerce.process-wide");

/**
 * A map that every copy of a module shares. Hot reload evaluates modules anew while the broker that they serve goes on: what belongs to
 * the broker must be found again, above all what may exist only once, such as the event bus on its file.
 */
export function processWide<K extends object, V>(name: string): WeakMap<K, V> {
  const all = ((globalThis as Record<symbol, unknown>)[maps] ??= new Map()) as Map<string, WeakMap<K, V>>;
  const found = all.get(name) ?? new WeakMap<K, V>();
  all.set(name, found);
  return found;
}
