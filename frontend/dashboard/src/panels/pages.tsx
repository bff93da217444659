import { DimensionPanel } from "./dimension_panel"

export const PagesPanel = () => <DimensionPanel name="pages" tabs={["page", "entry_page", "exit_page"]} />
