import { Answers } from "./answers";

const one = 'HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{"n":"Müß"}';
const two = "HTTP/1.1 409 Conflict\r\ncontent-length:  2\r\nConnection: keep-alive\r\n\r\n{}";
const three = "HTTP/1.1 204 No Content\r\nX-Request-Id: r\r\n\r\n";
const four = "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n";
const whole = Buffer.from(one + two + three + four);

const told = [
  [201, '{"n":"Müß"}'],
  [409, "{}"],
  [204, ""],
  [410, ""],
];

function listen() {
  const heard: [number, string][] = [];
  return { heard, answers: new Answers((status, body) => heard.push([status, body()])) };
}

test("answers that come together are told one by one", () => {
  const { heard, answers } = listen();
  answers.push(whole);
  expect(heard).toEqual(told);
});

test("wherever two chunks part, the answers are the same, also when the reader uses one buffer for all", () => {
  for (let at = 1; at < whole.length; at++) {
    const { heard, answers } = listen();
    const buffer = Buffer.alloc(whole.length);
    for (const part of [whole.subarray(0, at), whole.subarray(at)]) {
      part.copy(buffer);
      answers.push(buffer.subarray(0, part.length));
    }
    expect([at, heard]).toEqual([at, told]);
  }
});

test("an answer may come byte by byte", () => {
  const { heard, answers } = listen();
  for (const byte of whole) answers.push(Buffer.from([byte]));
  expect(heard).toEqual(told);
});

test.each([
  ["no length", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"],
  ["no status", "HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n"],
  ["another protocol", "SMTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"],
])("what has %s is refused", (_what, text) => {
  const { answers } = listen();
  expect(() => answers.push(Buffer.from(text))).toThrow("not an answer with a length");
});
