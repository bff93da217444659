/** Who comes back: cohorts by when they were first seen. */
import { type Found, useAnswer } from "../answers"
import type { RetentionReport } from "../api_types"
import { Block, Empty, Panel, Shown } from "../components/panel"
import { words } from "../language"
import { Controls } from "../panels/controls"
import { RetentionGrid, type ShownAs } from "../panels/retention"
import { hasUnknown, isAllUnknown, sinceFirst, type Unit, usualUnit } from "../panels/retention_average"
import { RetentionCurve } from "../panels/retention_curve"
import { asked, pageOf, question } from "../question"
import { changed, go, parameter } from "../router"
import "../styles/behaviour.css"
import "../styles/retention.css"

const UNITS: readonly Unit[] = ["day", "week", "month"]

const unit = (): Unit => UNITS.find((each) => each === parameter("by")) ?? usualUnit(question.value)
const shownAs = (): ShownAs => (parameter("cells") === "visitors" ? "visitors" : "share")
const identifiedOnly = (): boolean => parameter("identified") === "1"

export function RetentionPage() {
  const { retention } = words.value.behaviour
  const found = useAnswer("GET /api/sites/{site_id}/reports/retention", {
    path: { site_id: question.value.site },
    parameters: { ...asked(), unit: unit(), identified_only: identifiedOnly() ? "1" : "0" },
  })
  return (
    <>
      <h1 class="unseen">{retention.title}</h1>
      <Controls range={found.data} comparison={false} />
      <Panel title={retention.grid} aside={<Choices />}>
        {isTooMany(found) ? <Empty title={retention.tooMany} /> : <Answered found={found} />}
      </Panel>
    </>
  )
}

/** The server refuses what nobody could read. */
const isTooMany = ({ error }: Found<RetentionReport>): boolean => error?.field === "unit"

const Answered = ({ found }: { found: Found<RetentionReport> }) => (
  <Shown found={found} skeleton={<Block height={320} />}>
    {(data) => <Told report={{ ...data, cohorts: sinceFirst(data.cohorts) }} />}
  </Shown>
)

const choose = (name: string, value: string | null): void => go(changed({ [name]: value }), { replace: true })

function Choices() {
  const { retention } = words.value.behaviour
  return (
    <div class="row push">
      <label class="row check">
        <input
          type="checkbox"
          checked={identifiedOnly()}
          onChange={(event) => choose("identified", event.currentTarget.checked ? "1" : null)}
        />
        {retention.identified}
      </label>
      <Segments
        label={retention.shown}
        names={retention.shownAs}
        chosen={shownAs()}
        onChoose={(name) => choose("cells", name === "share" ? null : name)}
      />
      <Segments label={retention.by} names={retention.units} chosen={unit()} onChoose={(name) => choose("by", name)} />
    </div>
  )
}

function Segments<Name extends string>(given: {
  label: string
  names: Record<Name, string>
  chosen: Name
  onChoose: (name: Name) => void
}) {
  return (
    <fieldset class="segments">
      <legend class="unseen">{given.label}</legend>
      {(Object.keys(given.names) as Name[]).map((name) => (
        <button key={name} type="button" aria-pressed={name === given.chosen} onClick={() => given.onChoose(name)}>
          {given.names[name]}
        </button>
      ))}
    </fieldset>
  )
}

function Told({ report }: { report: RetentionReport }) {
  const { retention } = words.value.behaviour
  if (!report.cohorts.some((each) => each.visitors)) return <Nobody identified={report.identified_only} />
  return (
    <>
      {hasUnknown(report.cohorts) && <WhyUnknown report={report} />}
      {report.cohorts.length === 1 && <p class="note">{retention.tooFew}</p>}
      <div class="retention">
        <RetentionGrid report={report} shownAs={shownAs()} />
        <RetentionCurve report={report} />
      </div>
    </>
  )
}

function Nobody({ identified }: { identified: boolean }) {
  const { retention } = words.value.behaviour
  if (!identified) return <Empty title={retention.nothing} />
  return (
    <Empty title={retention.nothingIdentified}>
      <p>{retention.nothingIdentifiedHint}</p>
    </Empty>
  )
}

const LONGER: readonly Unit[] = ["day", "week"]

function WhyUnknown({ report }: { report: RetentionReport }) {
  const { retention } = words.value.behaviour
  return (
    <details class="note unknowns" open={isAllUnknown(report.cohorts)}>
      <summary>{retention.unknownTitle}</summary>
      <p>
        {retention.period[report.visitor_period]} {retention.unknownText}
      </p>
      <ul>
        {report.unit !== "day" && report.visitor_period !== "day" && <li>{retention.unknownShorter}</li>}
        {LONGER.includes(report.visitor_period) && (
          <li>
            <a href={pageOf("settings")}>{retention.unknownLonger}</a>
          </li>
        )}
        <li>
          <a href={changed({ identified: "1" })}>{retention.unknownIdentified}</a>
        </li>
      </ul>
    </details>
  )
}
