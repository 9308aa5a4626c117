/** One configuration for every suite; the suites that need real servers run with `--selectProjects` off the default path. */
const esmOnly = ["jose", "uuid"];

module.exports = {
  testEnvironment: "node",
  transform: { "^.+\\.(t|j|mj)s$": ["@swc/jest", { jsc: { target: "es2024", parser: { syntax: "typescript" } }, module: { type: "commonjs" } }] },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join("|")})/)`],
  testMatch: ["<rootDir>/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", "/dist/"],
};
