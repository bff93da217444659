import { DimensionPanel } from "./dimension_panel"

export const TechnologyPanel = () => (
  <DimensionPanel name="technology" tabs={["browser", "os", "device", "screen", "language"]} />
)
