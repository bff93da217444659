import { words } from "../language"
import { later } from "../later"
import { DimensionPanel } from "./dimension_panel"

const WorldMap = later(async () => (await import("./world_map")).WorldMap)

export const LocationsPanel = () => (
  <DimensionPanel
    name="locations"
    tabs={["map", "country", "region", "city"]}
    others={{ map: () => <WorldMap /> }}
    nothing={{ region: words.value.site.noCities, city: words.value.site.noCities }}
  />
)
