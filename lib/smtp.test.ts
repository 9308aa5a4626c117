import { isSmtpUrl, mailboxOf, smtpSettings } from "./smtp";

const from = { name: "", address: "shop@example.com" };

test.each([
  "smtp://mail.example.com",
  "smtp://shop:pass@mail.example.com:2525/",
  "smtps://shop%40example.com:p%3Aw@10.0.0.1",
  "smtp://[::1]:25",
])("%s names a server", (url) => expect(isSmtpUrl(url)).toBe(true));

test.each([
  "mail.example.com",
  "http://mail",
  "smtp://",
  "smtp://shop@mail",
  "smtp://shop:%zz@mail",
  "smtp://mail/path",
  "smtp://mail?secure=false",
  "smtp://mail:99999",
])("%s names none", (url) => expect(isSmtpUrl(url)).toBe(false));

test("a mailbox is an address, with a name or without", () => {
  expect(mailboxOf("shop@example.com")).toEqual({ name: "", address: "shop@example.com" });
  expect(mailboxOf("<shop@example.com>")).toEqual({ name: "", address: "shop@example.com" });
  expect(mailboxOf("온라인 상점 <shop@example.com>")).toEqual({ name: "온라인 상점", address: "shop@example.com" });
  for (const bad of ["", "shop", "shop@", "@example.com", "a@b, c@d", "A <a@b> <c@d>", "A\r\nBcc: x <a@b>", "a@b\r\nBcc:x@y"])
    expect(mailboxOf(bad)).toBeUndefined();
});

test("the ports are those of submission, and user and password are decoded", () => {
  expect(smtpSettings("smtp://shop%40a:p%3Aw@mail", from, false)).toMatchObject({
    port: 587,
    implicitTls: false,
    auth: { user: "shop@a", pass: "p:w" },
  });
  expect(smtpSettings("smtps://mail", from, false)).toMatchObject({ port: 465, implicitTls: true, auth: undefined });
  expect(smtpSettings("smtps://[::1]:2465", from, false)).toMatchObject({ host: "::1", port: 2465 });
});

test.each<[url: string, production: boolean, requireTls: boolean, verifyCertificate: boolean]>([
  ["smtp://mail", false, false, true],
  ["smtp://mail", true, true, true],
  ["smtp://shop:pass@mail", false, true, true],
  ["smtp://localhost.evil.example", true, true, true],
  ["smtp://127.evil.example", true, true, true],
  ["smtp://shop:pass@localhost", true, false, false],
  ["smtp://127.0.0.1", true, false, false],
  ["smtp://[::1]", true, false, false],
])("%s (production: %s): encryption required %s, certificate checked %s", (url, production, requireTls, verifyCertificate) => {
  expect(smtpSettings(url, from, production)).toMatchObject({ requireTls, verifyCertificate });
});
