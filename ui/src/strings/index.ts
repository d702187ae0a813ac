import { en, type Strings } from "./en";

/** The words of the page, in the language in use. */
export const strings: Strings = en;
