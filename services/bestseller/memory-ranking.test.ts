import { createMemoryRanking } from "./memory-ranking";
import { rankingSuite } from "./ranking.conformance";

describe("the ranking in memory", () => rankingSuite(createMemoryRanking));
