/** Fails the build when what the page of a site loads at first is too much: its scripts and styles, compressed. */
import { gzipSync } from "node:zlib"

const MOST_BYTES = 120 * 1024
/** Modules that the page loads later, but by itself: the map, and the words of a language. */
const LOADED_BY_ITSELF = [/panels\/world_map\.tsx$/, /language\/de\/index\.ts$/]

/**
 * All files that an entry needs before it runs, styles included.
 * @param {import("vite").Rolldown.OutputBundle} bundle
 * @param {string} name
 * @param {Set<string>} found
 */
function collect(bundle, name, found) {
  const chunk = bundle[name]
  if (found.has(name) || chunk?.type !== "chunk") return
  found.add(name)
  const { importedCss } = /** @type {{ importedCss?: Set<string> }} */ (chunk.viteMetadata ?? {})
  for (const each of importedCss ?? []) found.add(each)
  for (const each of chunk.imports) collect(bundle, each, found)
}

/** @returns {import("vite").Plugin} */
export function firstLoad() {
  return {
    name: "first-load",
    writeBundle(_, bundle) {
      /** @type {Set<string>} */
      const found = new Set()
      for (const [name, each] of Object.entries(bundle)) {
        if (each.type !== "chunk") continue
        const module = each.facadeModuleId ?? ""
        if (each.isEntry || LOADED_BY_ITSELF.some((pattern) => pattern.test(module))) collect(bundle, name, found)
      }
      const bytes = [...found].reduce((sum, name) => sum + sizeOf(bundle[name]), 0)
      console.log(`page of a site: ${bytes} of ${MOST_BYTES} bytes compressed, ${found.size} files`)
      if (bytes > MOST_BYTES) throw new Error("the page of a site loads too much at first")
    },
  }
}

/** @param {import("vite").Rolldown.OutputChunk | import("vite").Rolldown.OutputAsset | undefined} file */
const sizeOf = (file) => (file ? gzipSync(file.type === "chunk" ? file.code : file.source, { level: 9 }).length : 0)
