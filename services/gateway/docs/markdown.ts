/** The part of Markdown that `docs/errors.md` is written in: headings, paragraphs, tables, fenced code, `code`, [links](…). */

/** HTML of the text, all of it escaped. A row of a table whose first cell is one piece of code gets that as its id. */
export function htmlOf(markdown: string): string {
  const blocks = markdown.trim().split(/^```\w*\n([\s\S]*?)^```$/m);
  return blocks.map((block, at) => (at % 2 ? `<pre><code>${escaped(block)}</code></pre>` : proseOf(block))).join("\n");
}

/** Text as it may stand in HTML, also between quotes. */
export const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

function proseOf(text: string): string {
  const parts = text.split(/\n{2,}/).map((part) => part.trim());
  return parts.filter(Boolean).map(blockOf).join("\n");
}

function blockOf(text: string): string {
  const heading = /^(#{1,6}) (.*)$/.exec(text);
  if (heading) return `<h${heading[1]!.length}>${inline(heading[2]!)}</h${heading[1]!.length}>`;
  return text.startsWith("|") ? tableOf(text.split("\n")) : `<p>${inline(text)}</p>`;
}

function tableOf([head = "", _line, ...rows]: string[]): string {
  const row = (cells: string[], tag: string) => cells.map((cell) => `<${tag}>${inline(cell)}</${tag}>`).join("");
  const body = rows.map(cellsOf).map((cells) => {
    const [, id] = /^`([\w-]+)`$/.exec(cells[0] ?? "") ?? [];
    return `<tr${id === undefined ? "" : ` id="${id}"`}>${row(cells, "td")}</tr>`;
  });
  return `<table>\n<thead><tr>${row(cellsOf(head), "th")}</tr></thead>\n<tbody>\n${body.join("\n")}\n</tbody>\n</table>`;
}

const cellsOf = (line: string) =>
  line
    .replaceAll(/^\||\|\s*$/g, "")
    .split("|")
    .map((cell) => cell.trim());

/** HTML of one line. Code is taken out first, so that nothing in it means anything. */
export function inline(text: string): string {
  const parts = text.split(/`([^`]+)`/);
  return parts.map((part, at) => (at % 2 ? `<code>${escaped(part)}</code>` : linked(escaped(part)))).join("");
}

const linked = (html: string) => html.replaceAll(/\[([^\]]+)\]\(([^)\s]+)\)/g, '<a href="$2">$1</a>');
