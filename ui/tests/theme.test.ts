import { expect, test } from "vitest";
import { theme } from "../src/state/theme.svelte";

test("the theme button changes the look at its first press and comes back to the computer's", () => {
  const look = () => document.documentElement.dataset["theme"];
  theme.choose("system");
  const before = look();
  theme.choose(theme.next);
  expect(look()).not.toBe(before);
  theme.choose(theme.next);
  expect(look()).toBe(before);
  expect(theme.chosen).not.toBe("system");
  theme.choose(theme.next);
  expect(theme.chosen).toBe("system");
});
