import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const root = join(__dirname, "..");
const pages = globSync("**/*.md", { cwd: root, exclude: (path) => /(^|[\\/])node_modules$/.test(path) });

/** The files that a page points to, as they stand in it; those elsewhere, and places in the page itself, are left out. */
const linksIn = (text: string) =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => (/^(\w+:|#)/.test(link) ? [] : [link.split("#")[0]!]));

test("every link from a page to a file leads somewhere", () => {
  const links = pages.flatMap((page) => linksIn(readFileSync(join(root, page), "utf8")).map((link) => ({ page, link })));
  expect(links.length).toBeGreaterThan(30);
  expect(links.filter(({ page, link }) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
});
