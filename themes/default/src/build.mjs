// Writes static/vendor: third-party scripts, minified as classic scripts that run from file:// under the page's policy.
import { build } from "esbuild";
import { copyFile, mkdir } from "node:fs/promises";

const vendor = "../static/vendor/";
await mkdir(vendor, { recursive: true });
await build({
  stdin: { contents: "export { default } from 'minisearch';", resolveDir: "." },
  bundle: true,
  minify: true,
  format: "iife",
  globalName: "MiniSearchModule",
  footer: { js: "var MiniSearch=MiniSearchModule.default;" },
  banner: { js: "/*! MiniSearch 7.2.0, MIT licence: see LICENSE-minisearch.txt */" },
  target: "es2020",
  outfile: vendor + "minisearch.js",
});
await copyFile("node_modules/minisearch/LICENSE.txt", vendor + "LICENSE-minisearch.txt");
