// @vitest-environment node
// What must not stand in the page's source, since the content security policy would refuse it or
// since it would let text become markup.
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const root = new URL("../src/", import.meta.url);
const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.(svelte|ts|css)$/.test(name))
  .map((name) => [name, readFileSync(new URL(name, root), "utf8")] as const);

it.each([
  ["inline styles in markup", /\sstyle="/],
  ["text as markup", /\{@html|innerHTML|outerHTML|insertAdjacentHTML/],
  ["code from text", /\beval\(|new Function\(/],
  ["styles made by transitions", /svelte\/(transition|animate)/],
  ["a way to the network", /https?:\/\/(?!github\.com\/Aleph-Alpha)|\bfetch\(|WebSocket|XMLHttpRequest|sendBeacon/],
  ["storage of the engine, which is a plain database", /localStorage|sessionStorage|indexedDB|document\.cookie/],
])("holds no %s", (_, pattern) => {
  expect(files.length).toBeGreaterThan(30);
  expect(files.filter(([, text]) => pattern.test(text)).map(([name]) => name)).toEqual([]);
});
