/** The pages themselves and what they load of ours. The rest is Swagger UI's, from its package. */
import { htmlOf } from "./markdown";

/** A page's beginning. `style` is a file below `/docs`. */
export const head = (title: string, style: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/${style}">
</head>`;

/** The browsable page of the API. */
export const apiPage = `${head("moleculer-commerce API", "swagger-ui.css")}
<body>
<div id="api"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

/** Nothing is asked of another host: Swagger UI would have its own validate the document. */
export const startScript = `SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  displayRequestDuration: true,
  validatorUrl: null,
});
`;

/** The catalogue of errors, of which each code is an anchor. */
export const errorsPage = (markdown: string) => `${head("Errors of moleculer-commerce", "errors.css")}
<body>
<p><a href="/docs">The API</a> · <a href="/docs/events">Events</a></p>
${htmlOf(markdown)}
</body>
</html>
`;

export const errorsStyle = `body { max-width: 80rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; color: #222; background: #fff; }
a { color: #0a58ca; }
code { font-size: 0.9em; }
pre { overflow-x: auto; padding: 1rem; background: #f4f4f5; border-radius: 0.5rem; }
table { border-collapse: collapse; }
th, td { padding: 0.4rem 0.8rem; border-bottom: 1px solid #ddd; text-align: left; vertical-align: top; }
tr:target { background: #fff3cd; }
@media (prefers-color-scheme: dark) {
  body { color: #ddd; background: #18181b; }
  a { color: #7ab7ff; }
  pre { background: #27272a; }
  th, td { border-color: #444; }
  tr:target { background: #5c4a00; }
}
`;
