/**
 * Builds the tracker into the package: hk.js, the script that pages load, count.js, which is that with GoatCounter's
 * functions, and the modules that both load. A module's
 * address has its content's hash, so it can be kept for ever. A script that is too large fails the build.
 */
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdirSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { minify } from "terser"
import { build } from "vite"

const HERE = fileURLToPath(new URL(".", import.meta.url))
const FOLDER = fileURLToPath(new URL("../../hitkeep_py/static/tracker/", import.meta.url))
/** As in hitkeep_py/server/api/scripts.py. */
const HASH_LENGTH = 6
const MOST_CORE = 1536
const MOST_AUTOMATIC = 3072
const MOST_VITALS = 2816
const MOST_COUNT = 2560

/** @type {import('terser').MinifyOptions} */
const MINIFIED = { ecma: 2020, module: true, compress: { passes: 3, unsafe_arrows: true } }

/**
 * The minified code of an entry, with constants written into it.
 * @param {string} entry
 * @param {Record<string, string>} [constants]
 */
async function built(entry, constants = {}) {
  const result = await build({
    root: HERE,
    configFile: false,
    logLevel: "warn",
    define: constants,
    build: {
      write: false,
      target: "es2020",
      minify: "terser",
      terserOptions: MINIFIED,
      rolldownOptions: { output: { topLevelVar: false } },
      lib: { entry: `src/${entry}.ts`, formats: ["es"] },
    },
  })
  const [output] = /** @type {import('vite').Rolldown.RolldownOutput[]} */ (result)
  const chunk = output?.output[0]
  if (!chunk) throw new Error(`${entry} gave nothing`)
  return chunk.code.trim()
}

/** Names for the variables of hk.js, from the one used most: found by trying, as those with which it compresses best. */
const LETTERS = "entroliacugYbOph$dDNswymkfzPW_SLjK"
const mangle = {
  nth_identifier: { get: (/** @type {number} */ place) => LETTERS[place] ?? `${LETTERS[place % LETTERS.length]}0` },
}

/**
 * A classic script whose names stay its own and whose errors stay within; one keyword for all compresses better, and
 * lets declarations be joined.
 * @param {string} code
 */
async function enclosed(code) {
  const joined = await minify(code.replaceAll("const ", "let "), { ...MINIFIED, mangle })
  return `try{${joined.code?.replace(/;$/, "")}}catch{}`
}

/**
 * Bytes after gzip -9, which Node's own compression, made for speed, misses by a percent.
 * @param {string} code
 */
function compressed(code) {
  const { stdout } = spawnSync("gzip", ["-9", "-c"], { input: code })
  return stdout?.length || gzipSync(code, { level: 9 }).length
}

/**
 * Writes a script, and gives its hash as a constant for the one that loads it.
 * @param {string} name
 * @param {string} code
 * @param {number} most
 */
function written(name, code, most) {
  const size = compressed(code)
  console.log(`${name}: ${size} of ${most} bytes compressed, ${code.length} before`)
  if (size > most) process.exitCode = 1
  writeFileSync(FOLDER + name, code)
  return JSON.stringify(createHash("sha256").update(code).digest("hex").slice(0, HASH_LENGTH))
}

mkdirSync(FOLDER, { recursive: true })
const VITALS = written("hk-vitals.js", await built("vitals"), MOST_VITALS)
const AUTOMATIC = written("hk-auto.js", await built("auto", { VITALS }), MOST_AUTOMATIC)
const CORE = await enclosed(await built("core", { AUTOMATIC }))
written("hk.js", CORE, MOST_CORE)
const [BEFORE, AFTER] = [await built("goatcounter_settings"), await built("goatcounter")]
written("count.js", `${await enclosed(BEFORE)}\n${CORE}\n${await enclosed(AFTER)}`, MOST_COUNT)
