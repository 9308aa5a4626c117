import { isSigned } from "./signature";

const secret = "0123456789abcdef";
const body = '{"id":"evt_1","héllo":1}';
const seconds = 1_700_000_000;
/** printf '%s.%s' "$seconds" "$body" | openssl dgst -sha256 -hmac "$secret" */
const digest = "6f8405528abec059b3f3be9257a769f55597ecee204eb3893312c33f0e87067d";
const signature = `t=${seconds},v1=${digest}`;
const now = seconds * 1000;

test.each([
  ["as it was sent", signature],
  ["in capitals", `t=${seconds},v1=${digest.toUpperCase()}`],
])("what the provider has signed is genuine, %s", (_how, given) => {
  expect(isSigned({ signature: given, body }, secret, now)).toBe(true);
});

test.each([
  [-300_000, true],
  [300_999, true],
  [-300_001, false],
  [301_000, false],
])("a signature is good for 300 s to either side: looked at after %i ms, %s", (ms, good) => {
  expect(isSigned({ signature, body }, secret, now + ms)).toBe(good);
});

test.each<[string, string | undefined]>([
  ["none", undefined],
  ["an empty one", ""],
  ["another digest", `t=${seconds},v1=${digest.replace("a", "b")}`],
  ["a short digest", `t=${seconds},v1=${digest.slice(2)}`],
  ["a long digest", `${signature}00`],
  ["no digest", `t=${seconds},v1=`],
  ["another time", `t=${seconds + 1},v1=${digest}`],
  ["another writing of the time", `t=0${seconds},v1=${digest}`],
  ["no time", `v1=${digest}`],
  ["a time that isn't one", `t=NaN,v1=${digest}`],
  ["a time below zero", `t=-${seconds},v1=${digest}`],
  ["two lines", `${signature}\n`],
  ["something more", `${signature},v1=${digest}`],
  ["the digest alone", digest],
])("no body is genuine by %s", (_what, given) => {
  expect(isSigned({ signature: given, body }, secret, now)).toBe(false);
});

test("another body or another secret is not what was signed", () => {
  expect(isSigned({ signature, body: `${body} ` }, secret, now)).toBe(false);
  expect(isSigned({ signature, body }, `${secret}0`, now)).toBe(false);
});
