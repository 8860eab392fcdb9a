// Writes what the console's pages load into ../static/vendor, and what its tests load into ../../tests/console/vendor.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const vendor = join(here, "..", "static", "vendor");
const tests = join(here, "..", "..", "tests", "console", "vendor");

const COPIED = {
  "htmx.js": "htmx.org/dist/htmx.min.js",
  "hx-csp.js": "htmx.org/dist/ext/hx-csp.min.js",
  "tabler.css": "@tabler/core/dist/css/tabler.min.css",
  "uplot.js": "uplot/dist/uPlot.iife.min.js",
  "uplot.css": "uplot/dist/uPlot.min.css",
};
const ICONS = readFileSync(join(here, "icons.txt"), "utf8").split("\n").filter(Boolean);

const read = (...path) => readFileSync(join(...path), "utf8");
const version = (name) => JSON.parse(read(modules, name, "package.json")).version;

function licence(name) {
  const file = readdirSync(join(modules, name)).find((each) => /^licen[cs]e/i.test(each));
  const text = file ? read(modules, name, file) : "MIT License, as its package.json says.";
  return `${name} ${version(name)}\n\n${text.trim()}\n`;
}

function packages(folder = modules, prefix = "") {
  return readdirSync(folder).filter((name) => !name.startsWith(".")).flatMap((name) =>
    name.startsWith("@") ? packages(join(folder, name), `${name}/`) : [prefix + name]);
}

rmSync(vendor, { recursive: true, force: true });
mkdirSync(vendor, { recursive: true });
mkdirSync(tests, { recursive: true });
for (const [name, from] of Object.entries(COPIED)) {
  const text = read(modules, from).replace(/\n?(\/\/# sourceMappingURL=\S+|\/\*# sourceMappingURL=\S+ \*\/)\s*$/, "\n");
  writeFileSync(join(vendor, name), text);
}
await build({
  entryPoints: [join(here, "editor.mjs")], outfile: join(vendor, "editor.js"), bundle: true, minify: true,
  format: "iife", globalName: "LaurelEditor", target: "es2022", legalComments: "none",
});
const icons = ICONS.map((name) => [name, read(modules, "@tabler/icons/icons/outline", `${name}.svg`)
  .replace(/^[\s\S]*?<svg[\s\S]*?>/, "").replace(/<\/svg>\s*$/, "").replace(/\s+/g, " ").trim()]);
writeFileSync(join(vendor, "icons.json"), JSON.stringify(Object.fromEntries(icons), null, 1) + "\n");
const shipped = packages().filter((name) => !/^(esbuild|axe-core|@esbuild\/|@popperjs\/)/.test(name)).sort();
writeFileSync(join(vendor, "LICENCES.txt"), shipped.map(licence).join(`\n${"-".repeat(80)}\n\n`));
writeFileSync(join(tests, "axe.js"), read(modules, "axe-core/axe.min.js"));
const sums = readdirSync(vendor).sort().map((name) =>
  `${createHash("sha256").update(readFileSync(join(vendor, name))).digest("hex")}  ${name}\n`);
writeFileSync(join(vendor, "SHA256SUMS"), sums.join(""));
