/** Builds the page /demo into the package: two scripts, and what is served as it is. */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { build } from "vite"

const HERE = fileURLToPath(new URL(".", import.meta.url))
const FOLDER = fileURLToPath(new URL("../../hitkeep_py/static/demo/", import.meta.url))
/** As in hitkeep_py/server/api/demo.py. */
const FILES = ["page.html", "missing.html", "page.css", "prices.csv"]

/**
 * The minified code of an entry.
 * @param {string} entry
 * @param {"es" | "iife"} format
 */
async function built(entry, format) {
  const result = await build({
    root: HERE,
    configFile: false,
    logLevel: "warn",
    build: {
      write: false,
      target: "es2020",
      minify: "terser",
      lib: { entry: `src/${entry}.ts`, formats: [format], name: "before" },
    },
  })
  const [output] = /** @type {import('vite').Rolldown.RolldownOutput[]} */ (result)
  const chunk = output?.output[0]
  if (!chunk) throw new Error(`${entry} gave nothing`)
  return chunk.code.trim()
}

mkdirSync(FOLDER, { recursive: true })
writeFileSync(`${FOLDER}before.js`, await built("before", "iife"))
writeFileSync(`${FOLDER}page.js`, await built("page", "es"))
for (const name of FILES) copyFileSync(HERE + name, FOLDER + name)
