import fc from "fast-check";

import { isOneWay, type Move } from "./one-way";

/** Moves of at least one, none of which takes the balance below zero. */
const history = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 30 }).map((deltas) => {
  const moves: Move[] = [];
  let balance = 0;
  for (const [at, wanted] of deltas.entries()) {
    const delta = balance + wanted < 0 || wanted === 0 ? 1 : wanted;
    balance += delta;
    moves.push({ id: String(at), delta, after: balance });
  }
  return moves;
});

test("I8: a history is one way, also in another order than that of its times", () => {
  const shuffled = history.chain((moves) => fc.shuffledSubarray(moves, { minLength: moves.length }));
  fc.assert(fc.property(shuffled, (moves) => expect(isOneWay(moves)).toBe(true)));
});

test("I8: it is none when a balance in it is not what it was", () => {
  const spoiled = fc.tuple(history, fc.nat(), fc.integer({ min: 1, max: 1_000 }));
  fc.assert(
    fc.property(spoiled, ([moves, at, by]) => {
      const one = moves[at % moves.length]!;
      const spoilt = moves.map((move) => (move === one ? { ...move, after: move.after + by } : move));
      expect(isOneWay(spoilt)).toBe(false);
    }),
  );
});

test("I8: it is none when a part of it, coherent in itself, hangs in the air", () => {
  const moves = [
    { id: "a", delta: 1_000, after: 1_000 },
    { id: "b", delta: -100, after: 800 },
    { id: "c", delta: 100, after: 900 },
  ];
  expect(isOneWay(moves)).toBe(false);
  expect(isOneWay([moves[0]!, { ...moves[1]!, after: 900 }, { ...moves[2]!, after: 1_000 }])).toBe(true);
});

test("nothing is one way", () => {
  expect(isOneWay([])).toBe(true);
});
