import { htmlOf } from "./markdown";

test("headings, paragraphs, code and links", () => {
  const markdown = '# Errors\n\nMatch on `code`: [RFC 9457](https://example.org/rfc)\nsays so.\n\n```json\n{ "a": [1] }\n```\n\nEnd.';
  expect(htmlOf(markdown).split("\n")).toEqual([
    "<h1>Errors</h1>",
    '<p>Match on <code>code</code>: <a href="https://example.org/rfc">RFC 9457</a>',
    "says so.</p>",
    "<pre><code>{ &#34;a&#34;: [1] }",
    "</code></pre>",
    "<p>End.</p>",
  ]);
});

test("rows of a table have an anchor when they begin with a code", () => {
  const markdown = "| Code | When |\n| --- | --- |\n| `NOT_FOUND` | nothing `there` |\n| other | – |";
  expect(htmlOf(markdown)).toBe(
    [
      "<table>",
      "<thead><tr><th>Code</th><th>When</th></tr></thead>",
      "<tbody>",
      '<tr id="NOT_FOUND"><td><code>NOT_FOUND</code></td><td>nothing <code>there</code></td></tr>',
      "<tr><td>other</td><td>–</td></tr>",
      "</tbody>",
      "</table>",
    ].join("\n"),
  );
});

test("nothing in a text becomes HTML, and nothing in code becomes a link", () => {
  expect(htmlOf('<script src="x">alert(1)</script> & `<b>[a](b)</b>`')).toBe(
    "<p>&#60;script src=&#34;x&#34;&#62;alert(1)&#60;/script&#62; &#38; <code>&#60;b&#62;[a](b)&#60;/b&#62;</code></p>",
  );
  expect(htmlOf('[a](https://x/"onclick=")')).toBe('<p><a href="https://x/&#34;onclick=&#34;">a</a></p>');
});
