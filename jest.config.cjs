/** One configuration for every suite. `scripts/test.ts` leaves out those that need real servers or kill processes; `.ci/run` runs them all. */
const esmOnly = ["jose", "uuid"];

module.exports = {
  testEnvironment: "node",
  testTimeout: 30_000, // tests wait on conditions; this only ends one that hangs, also on a machine that is busy
  transform: {
    "^.+\\.(t|j|mj)s$": ["@swc/jest", { jsc: { target: "es2024", parser: { syntax: "typescript" } }, module: { type: "commonjs" } }],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join("|")})/)`],
  testMatch: ["<rootDir>/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", "/dist/"],
};
