/** The world as one SVG path a country, made when the dashboard is built; from Natural Earth, by way of world-atlas. */
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { geoNaturalEarth1, geoPath } from "d3-geo"
import { feature } from "topojson-client"

const NAME = "virtual:world-map"
const WIDTH = 1000
const HEIGHT = 490
/** Antarctica has no visitors worth a fifth of the picture. */
const LEFT_OUT = "010"
/** Natural Earth's numbers (ISO 3166-1 numeric) to the two letters that the API has. */
const LETTERS = new Map(Object.entries(JSON.parse(readFileSync(new URL("./countries.json", import.meta.url), "utf8"))))

/** @returns {Record<string, string>} paths by the country's two letters; what has no letters shares the key "" */
function paths() {
  const file = createRequire(import.meta.url).resolve("world-atlas/countries-110m.json")
  const world = JSON.parse(readFileSync(file, "utf8"))
  const shown = { ...world.objects.countries }
  shown.geometries = shown.geometries.filter((/** @type {{id?: string}} */ each) => each.id !== LEFT_OUT)
  /** @type {any} */
  const countries = feature(world, shown)
  const projection = geoNaturalEarth1().fitSize([WIDTH, HEIGHT], countries)
  const draw = geoPath(projection).digits(0)
  /** @type {Record<string, string>} */
  const found = {}
  for (const country of countries.features) {
    const letters = LETTERS.get(country.id) ?? ""
    found[letters] = (found[letters] ?? "") + relative(draw(country) ?? "")
  }
  return found
}

/**
 * Whole steps from point to point, which compress to half of what absolute places do; points that fall together go.
 * @param {string} path of M, L and Z alone
 */
function relative(path) {
  return path.replace(/M([^Z]*)Z/g, (_, ring) => {
    const points = /** @type {number[][]} */ (
      ring.split("L").map((/** @type {string} */ each) => each.split(",").map(Number))
    )
    const steps = points.slice(1).map(([x = 0, y = 0], at) => [x - (points[at]?.[0] ?? 0), y - (points[at]?.[1] ?? 0)])
    const moved = steps.filter(([x, y]) => x || y)
    return moved.length > 1 ? `M${points[0]}l${moved.join(" ").replace(/[ ,]-/g, "-")}z` : ""
  })
}

/** A module that has the paths. @returns {import("vite").Plugin} */
export function worldMap() {
  return {
    name: "world-map",
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load: (id) =>
      id === `\0${NAME}`
        ? `export const WIDTH = ${WIDTH}, HEIGHT = ${HEIGHT}, COUNTRIES = ${JSON.stringify(paths())}`
        : undefined,
  }
}
