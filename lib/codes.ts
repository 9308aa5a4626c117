/** The small codes that tables hold for the domain's names, both ways. */
export interface Codes<N extends string> {
  code(name: N): number;
  /** Throws for a code that no name has. */
  name(code: number): N;
}

/** The codes of a column. Once in a table, a code must never change its name. */
export function codes<N extends string>(byName: Record<N, number>): Codes<N> {
  const byCode = new Map(Object.entries<number>(byName).map(([name, code]) => [code, name as N]));
  return {
    code: (name) => byName[name],
    name(code) {
      const name = byCode.get(code);
      if (name === undefined) throw new Error(`${code} is none of ${JSON.stringify(byName)}`);
      return name;
    },
  };
}
