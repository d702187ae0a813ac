// What a loaded computer needs: the libraries' own limits are one second for something to appear,
// and five for a whole test.
import { configure } from "@testing-library/svelte";
import { vi } from "vitest";

/** Milliseconds that something may take to appear; far less than a test may take. */
const PATIENCE = 10_000;

configure({ asyncUtilTimeout: PATIENCE });

const { waitFor } = vi;
vi.waitFor = (callback, options) =>
  waitFor(callback, {
    timeout: PATIENCE,
    ...(typeof options === "number" ? { timeout: options } : options),
  });
