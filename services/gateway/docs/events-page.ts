/** The events as a page: what `docs/asyncapi.yaml` says, for people. */
import { type Field, fieldsOf, type JsonSchema } from "./fields";
import { head } from "./html";
import { escaped, htmlOf, inline } from "./markdown";

interface Ref {
  $ref: string;
}

/** The document, as far as the page shows it. */
export interface EventsDocument {
  info: { title: string; description: string };
  channels: Record<string, { address: string; description: string; messages: Record<string, Ref> }>;
  operations: Record<string, { action: "send" | "receive"; title: string; messages: Ref[] }>;
  components: {
    messages: Record<
      string,
      { name: string; summary: string; payload: JsonSchema; examples: { payload: unknown }[]; "x-key": string; "x-owner": string }
    >;
    schemas: Record<string, JsonSchema>;
  };
}

type Message = EventsDocument["components"]["messages"][string];
type Channel = EventsDocument["channels"][string];

/** The page. Each event and topic is an anchor of its own name. */
export const eventsPage = (document: EventsDocument): string => `${head("Events of moleculer-commerce", "events.css")}
<body>
<nav><a href="/docs">The API</a> · <a href="/docs/errors">Errors</a> · <a href="/asyncapi.json">asyncapi.json</a></nav>
<h1>Events</h1>
${htmlOf(document.info.description)}
<h2>All of them</h2>
${overview(document)}
${Object.values(document.channels)
  .map((channel) => topicOf(channel, document))
  .join("\n")}
<h2 id="headers">Headers of every event</h2>
${fieldsTable(fieldsOf(document.components.schemas.EventHeaders!, {}))}
</body>
</html>
`;

function overview(document: EventsDocument): string {
  const rows = Object.values(document.channels).flatMap((channel) =>
    messagesOf(channel, document).map((message, at, all) => {
      const topic = at ? "" : `<td rowspan="${all.length}"><a href="#${channel.address}"><code>${channel.address}</code></a></td>`;
      const cells = [
        `<a href="#${message.name}">${message.name}</a>`,
        message["x-owner"],
        receiversOf(message, document).join(", ") || "–",
      ];
      return `<tr>${topic}${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
    }),
  );
  return table(["Topic", "Event", "Sent by", "Received by"], rows);
}

function topicOf(channel: Channel, document: EventsDocument): string {
  const messages = messagesOf(channel, document);
  const [{ "x-key": key, "x-owner": owner }] = messages as [Message];
  return `<section>
<h2 id="${channel.address}"><code>${channel.address}</code></h2>
<p>${inline(channel.description)}. Key: <code>${key}</code>. Sent by ${owner}.</p>
${messages.map((message) => eventOf(message, document)).join("\n")}
</section>`;
}

function eventOf(message: Message, document: EventsDocument): string {
  const { name, summary, payload, examples } = message;
  const receivers = receiversOf(message, document);
  return `<article id="${name}">
<h3>${name}</h3>
<p>${inline(summary)}</p>
<p class="who">${receivers.length ? `Received by ${receivers.join(", ")}.` : "No service here receives it."}</p>
${fieldsTable(fieldsOf(payload, document.components.schemas))}
${examples.map((one) => `<details><summary>Example</summary><pre><code>${escaped(JSON.stringify(one.payload, null, 2))}</code></pre></details>`).join("")}
</article>`;
}

function fieldsTable(fields: readonly Field[]): string {
  const rows = fields.map(({ path, type, optional, description }) => {
    const depth = path.split(".").length - 1;
    const cells = [`<code>${escaped(path)}</code>`, `${escaped(type)}${optional ? " <em>optional</em>" : ""}`, inline(description)];
    return `<tr class="deep${Math.min(depth, 3)}">${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  });
  return table(["Field", "Type", "Meaning"], rows);
}

const table = (names: readonly string[], rows: readonly string[]) =>
  `<table>\n<thead><tr>${names.map((name) => `<th>${name}</th>`).join("")}</tr></thead>\n<tbody>\n${rows.join("\n")}\n</tbody>\n</table>`;

const messagesOf = ({ messages }: Channel, { components }: EventsDocument) =>
  Object.keys(messages).map((name) => components.messages[name]!);

const receiversOf = ({ name }: Message, { operations }: EventsDocument) =>
  Object.values(operations)
    .filter(({ action, messages }) => action === "receive" && messages.some(({ $ref }) => $ref.endsWith(`/${name}`)))
    .map(({ title }) => title);

export const eventsStyle = `
nav { margin-bottom: 1rem; }
section { margin-top: 3rem; }
article { margin: 2rem 0 3rem; scroll-margin-top: 1rem; }
article > h3 { margin-bottom: 0.25rem; }
article > p { margin: 0.25rem 0; }
article:target > h3, h2:target { background: #fff3cd; }
table { width: 100%; margin: 0.75rem 0; }
article td:nth-child(1) { width: 30%; }
article td:nth-child(2) { width: 32%; }
.who, em { color: #666; }
.deep1 td:first-child { padding-left: 2rem; }
.deep2 td:first-child { padding-left: 3.2rem; }
.deep3 td:first-child { padding-left: 4.4rem; }
summary { cursor: pointer; color: #0a58ca; }
@media (prefers-color-scheme: dark) {
  article:target > h3, h2:target { background: #5c4a00; }
  .who, em { color: #aaa; }
  summary { color: #7ab7ff; }
}
`;
