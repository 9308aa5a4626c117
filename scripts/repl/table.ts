type Cell = string | number | undefined;

/** No column is wider. */
const widest = 80;

/** Lines of text with their columns below one another: numbers to the right, a heading above. Without rows only what there is none of. */
export function table(what: string, headings: readonly string[], rows: readonly (readonly Cell[])[]): string {
  if (rows.length === 0) return `No ${what}.`;
  const texts = rows.map((row) => row.map(textOf));
  const widths = headings.map((heading, at) => Math.max(heading.length, ...texts.map((row) => row[at]?.length ?? 0)));
  const numeric = headings.map((_, at) => rows.every((row) => row[at] === undefined || typeof row[at] === "number"));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => (numeric[at] ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!)))
      .join("  ")
      .trimEnd();
  return [headings, ...texts].map(line).join("\n");
}

/** A table behind an empty line; nothing when it has no rows. */
export function section(headings: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  return rows.length > 0 ? ["", table("", headings, rows)] : [];
}

function textOf(cell: Cell): string {
  const text = String(cell ?? "").replace(/\s+/g, " ");
  return text.length > widest ? `${text.slice(0, widest - 1)}…` : text;
}

/** A length of time for a person, e.g. `3 min`. */
export function duration(ms: number): string {
  const units = [
    [86_400_000, "d"],
    [3_600_000, "h"],
    [60_000, "min"],
    [1_000, "s"],
  ] as const;
  const [size, name] = units.find(([size]) => ms >= 2 * size) ?? [1, "ms"];
  return `${Math.round(ms / size)} ${name}`;
}
