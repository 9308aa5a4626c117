/** Cells of text; the first row is the head. */
export type Table = readonly (readonly string[])[];

/** For a terminal: columns of one width, numbers to the right. */
export function aligned(table: Table): string {
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const numeric = (column: number) => table.slice(1).every((row) => /^[\d.,×–]*$/.test(row[column]!));
  const cell = (text: string, column: number) => (numeric(column) ? text.padStart(widths[column]!) : text.padEnd(widths[column]!));
  return table.map((row) => `  ${row.map(cell).join("  ").trimEnd()}`).join("\n");
}

export function markdown(table: Table): string {
  const [head = [], ...rows] = table;
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

const unknown = "–";

/** Three digits that count; a dash for what isn't known. */
export function number(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return unknown;
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 4));
}

export const times = (ratio: number | undefined): string => (ratio === undefined || Number.isNaN(ratio) ? unknown : `${ratio.toFixed(2)}×`);
