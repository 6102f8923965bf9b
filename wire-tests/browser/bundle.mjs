// Scripts for pages, from the packages of the Node tests.

import { fileURLToPath } from "node:url";

import { build } from "esbuild";

/** One script of a module and all that it imports. */
export async function bundle(source) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: fileURLToPath(new URL("../node", import.meta.url)) },
    bundle: true,
    format: "iife",
    platform: "browser",
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0].text;
}
