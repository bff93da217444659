/** What is above every report: live visitors, filters and segments, comparison and period. */

import type { ComponentChildren } from "preact"
import { refresh } from "../answers"
import { addressOf } from "../api"
import { FILE_FORMATS, FILE_NAMES } from "../components/files"
import { Icon } from "../components/icon"
import { Menu, MenuItem } from "../components/menu"
import { rangeName, short } from "../figures"
import { words } from "../language"
import { usePolled } from "../polled"
import { asked, pageOf, question } from "../question"
import { FilterChips, FilterMenu } from "./filters"
import { ComparisonMenu, PeriodMenu, type Shown } from "./period"
import { SegmentMenu } from "./segments"

export function Controls(given: {
  range?: Shown | undefined
  live?: boolean
  period?: boolean
  comparison?: boolean
  children?: ComponentChildren
}) {
  const { range, live = true, period = true, comparison = period } = given
  const { site } = words.value
  return (
    <>
      <div class="controls">
        {live && <LiveVisitors />}
        {given.children}
        <div class="row push">
          <FilterMenu />
          <SegmentMenu />
          {period && <PeriodMenu shown={range} />}
          {comparison && <ComparisonMenu shown={range?.comparison_range} />}
          {period && <ExportMenu />}
          {period && (
            <button type="button" class="button icon" title={`${site.refresh} (r)`} data-shortcut="r" onClick={refresh}>
              <Icon name="refresh" />
              <span class="unseen">{site.refresh}</span>
            </button>
          )}
        </div>
      </div>
      <FilterChips />
      {range?.comparison_range && (
        <p class="unseen">{site.compared(rangeName(range.comparison_range.from, range.comparison_range.to))}</p>
      )}
    </>
  )
}

const LIVE_EVERY_MS = 10_000

function LiveVisitors() {
  const { data } = usePolled(
    "GET /api/sites/{site_id}/reports/realtime",
    { path: { site_id: question.value.site } },
    LIVE_EVERY_MS,
  )
  const visitors = data?.visitors_5_minutes ?? null
  return (
    <a class="button bare" href={pageOf("realtime")}>
      <span class={`dot ${visitors ? "live" : ""}`} />
      {words.value.site.liveVisitors(short(visitors))}
    </a>
  )
}

function ExportMenu() {
  const { site } = words.value
  return (
    <Menu label={<Icon name="download" />} title={site.export} className="icon" arrow={false} end>
      {(close) =>
        FILE_FORMATS.map((each) => (
          <MenuItem
            key={each}
            download
            href={addressOf("GET /api/sites/{site_id}/export", {
              path: { site_id: question.value.site },
              parameters: { ...asked(), format: each },
            })}
            onChoose={close}
          >
            {site.exportEvents(FILE_NAMES[each])}
          </MenuItem>
        ))
      }
    </Menu>
  )
}
