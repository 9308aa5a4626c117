/** One configuration for every suite. `scripts/test.ts` leaves out those that need real servers or kill processes; `.ci/run` runs them all. */
const esmOnly = ["jose", "uuid"];

module.exports = {
  testEnvironment: "node",
  transform: {
    "^.+\\.(t|j|mj)s$": ["@swc/jest", { jsc: { target: "es2024", parser: { syntax: "typescript" } }, module: { type: "commonjs" } }],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join("|")})/)`],
  testMatch: ["<rootDir>/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", "/dist/"],
};
