import type { Language } from "../../../lib/language";
import type { Letter } from "./letter";

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => entities[character]!);

/** The same letter for mail programs that show HTML: its paragraphs and lines, and nothing that it doesn't say in plain text. */
export function htmlOf({ subject, body }: Letter, language: Language): string {
  const paragraphs = body.split("\n\n").map((paragraph) => `<p>${escaped(paragraph).replaceAll("\n", "<br>\n")}</p>`);
  return [
    `<!doctype html>`,
    `<html lang="${language}">`,
    `<head><meta charset="utf-8"><title>${escaped(subject)}</title></head>`,
    `<body>`,
    ...paragraphs,
    `</body>`,
    `</html>`,
    ``,
  ].join("\n");
}
