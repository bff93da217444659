// Bundles a page's program with vite, as a shop would. Arguments: the program, the folder for its program.js.
import { basename, dirname } from 'node:path'
import { build } from '../../frontend/node_modules/vite/dist/node/index.js'

const [program, folder] = process.argv.slice(2)
await build({
  root: dirname(program),
  configFile: false,
  logLevel: 'warn',
  // React's own checks: effects run twice, which must not count twice.
  define: { 'process.env.NODE_ENV': '"development"' },
  build: {
    outDir: folder,
    emptyOutDir: false,
    lib: { entry: basename(program), formats: ['es'], fileName: () => 'program.js' },
  },
})
