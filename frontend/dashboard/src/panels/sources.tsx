import type { Dimension } from "../api_types"
import { Tabs, tabPanel } from "../components/tabs"
import { words } from "../language"
import { changed, go, parameter } from "../router"
import { Breakdown, DimensionPanel } from "./dimension_panel"

export const SourcesPanel = () => (
  <DimensionPanel
    name="sources"
    tabs={["channel", "source", "referrer", "campaigns"]}
    others={{ campaigns: () => <Campaigns /> }}
  />
)

const UTM = ["utm_campaign", "utm_medium", "utm_source", "utm_term", "utm_content"] as const

/** What links to the site say of themselves. */
function Campaigns() {
  const { tabs } = words.value.site
  const chosen = UTM.find((each) => each === parameter("campaigns")) ?? UTM[0]
  const id = "panel-campaigns"
  return (
    <>
      <Tabs
        label={tabs.campaigns}
        tabs={UTM.map((each) => ({ name: each, label: tabs[each] }))}
        chosen={chosen}
        controls={id}
        onChoose={(campaigns) => go(changed({ campaigns }), { replace: true })}
      />
      <div {...tabPanel(id, chosen)}>
        <Breakdown key={chosen} dimension={chosen satisfies Dimension} />
      </div>
    </>
  )
}
