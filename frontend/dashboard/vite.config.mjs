/** Builds the dashboard into the package: a shell and files whose names have their content's hash. */
import { fileURLToPath } from "node:url"
import { defineConfig } from "vite"
import { firstLoad } from "./first_load.mjs"
import { worldMap } from "./world_map.mjs"

const OUTPUT = fileURLToPath(new URL("../../hitkeep_py/static/dashboard/", import.meta.url))
/** Where `npm run dev` finds the API. */
const SERVER = process.env.ANALYTICS_SERVER ?? "http://127.0.0.1:8080"
/** With the browser's own Host, since the server refuses changes from pages of other hosts. */
const PROXIED = { target: SERVER, changeOrigin: false }

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  // Files load each other from where they are; the server names those that the page begins with.
  base: "./",
  plugins: [worldMap(), firstLoad()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  server: { proxy: { "/api": PROXIED, "/hk.js": PROXIED } },
  build: {
    outDir: OUTPUT,
    emptyOutDir: true,
    target: "es2022",
    // Inlined files would be data: addresses, which the policy refuses for scripts and fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
})
