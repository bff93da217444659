import { useState } from "preact/hooks"
import { addressOf, ask } from "../../api"
import type { Site } from "../../api_types"
import { at } from "../../base"
import { AskFirst } from "../../components/confirm"
import { Choice } from "../../components/field"
import { FILE_FORMATS, FILE_NAMES } from "../../components/files"
import { Icon } from "../../components/icon"
import { Panel } from "../../components/panel"
import { words } from "../../language"
import { settingsWords } from "../../language/settings"
import { go } from "../../router"
import { Erase } from "./erase"
import { RetentionDays } from "./retention_days"

export function Data({ site }: { site: Site }) {
  return (
    <>
      <Export site={site} />
      <RetentionDays site={site} />
      <Erase site={site} />
      <Remove site={site} />
    </>
  )
}

const RANGES = ["all", "30d", "this_month", "last_month", "12mo", "year"] as const

function Export({ site }: { site: Site }) {
  const { site: siteWords, shared } = words.value
  const settings = settingsWords.value
  const { data } = settings
  const [range, setRange] = useState<string>("all")
  return (
    <Panel title={data.export}>
      <p class="quiet">{data.exportIntro}</p>
      <div class="settings-form">
        <Choice
          label={siteWords.period}
          value={range}
          options={RANGES.map((each) => [each, siteWords.ranges[each]] as const)}
          onChange={(event) => setRange(event.currentTarget.value)}
        />
      </div>
      <ul class="entries">
        {FILE_FORMATS.map((format) => (
          <li key={format} class="entry">
            <div class="what">
              <div class="title">{FILE_NAMES[format]}</div>
              <div class="quiet">{data.formats[format]}</div>
            </div>
            <a
              class="button small"
              download
              aria-label={`${shared.download}: ${FILE_NAMES[format]}`}
              href={addressOf("GET /api/sites/{site_id}/export", {
                path: { site_id: site.id },
                parameters: { range, format },
              })}
            >
              <Icon name="download" size={14} /> {shared.download}
            </a>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function Remove({ site }: { site: Site }) {
  const { data } = settingsWords.value
  return (
    <Panel title={data.remove}>
      <p>{data.removeIntro}</p>
      <div class="row apart">
        <AskFirst
          label={data.removeButton}
          className="danger"
          title={data.remove}
          text={data.removeIntro}
          typed={site.domain}
          action={data.removeButton}
          done={data.removed(site.domain)}
          onConfirm={async () => {
            await ask("DELETE /api/sites/{site_id}", { path: { site_id: site.id } })
            go(at("/settings/sites"))
          }}
        >
          {data.removeButton}
        </AskFirst>
      </div>
    </Panel>
  )
}
