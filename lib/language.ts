/** The languages that people are written to in. */
import { z } from "zod";

/** By ISO 639-1. */
export const language = z.enum(["en", "ko"]).meta({ id: "Language", description: "What messages are written in" });
export type Language = z.output<typeof language>;

/** That of everybody who has not said another. */
export const defaultLanguage: Language = "en";
