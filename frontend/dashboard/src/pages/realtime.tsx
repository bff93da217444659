/** Who is here now. */
import { useState } from "preact/hooks"
import type { Realtime } from "../api_types"
import { Icon } from "../components/icon"
import { Block, Empty, Shown } from "../components/panel"
import { words } from "../language"
import { Controls } from "../panels/controls"
import { RealtimeFigures } from "../panels/realtime"
import { type Connection, useLive } from "../panels/realtime_live"
import { NewestEvents } from "../panels/realtime_newest"
import { RealtimeTops } from "../panels/realtime_tops"
import { question } from "../question"
import "../styles/behaviour.css"
import "../styles/realtime.css"

export function RealtimePage() {
  const [paused, setPaused] = useState(false)
  const { data, error, connection } = useLive(paused)
  const { realtime } = words.value.behaviour
  return (
    <>
      <h1 class="unseen">{realtime.title}</h1>
      <Controls live={false} period={false}>
        <State connection={connection} />
        <button type="button" class="button small" onClick={() => setPaused(!paused)}>
          <Icon name={paused ? "play" : "pause"} size={14} />
          {paused ? realtime.resume : realtime.pause}
        </button>
      </Controls>
      <Shown
        found={{ data, error: data ? undefined : error, loading: connection === "connecting" }}
        skeleton={<Block height={240} />}
      >
        {(shown) => <Lately data={shown} />}
      </Shown>
    </>
  )
}

const DOTS: Record<Connection, string> = { live: "live", asking: "warn", lost: "bad", connecting: "", paused: "" }

const State = ({ connection }: { connection: Connection }) => (
  <p class="row connection" role="status">
    <span class={`dot ${DOTS[connection]}`} />
    {words.value.behaviour.realtime.connections[connection]}
  </p>
)

function Lately({ data }: { data: Realtime }) {
  return (
    <>
      <RealtimeFigures data={data} />
      {data.visitors_30_minutes || data.newest.length ? (
        <div class="realtime-panels">
          <NewestEvents events={data.newest} />
          <RealtimeTops data={data} />
        </div>
      ) : (
        <Nobody />
      )}
    </>
  )
}

function Nobody() {
  const { realtime } = words.value.behaviour
  const { clauses, segment } = question.value
  if (clauses.length > 0 || segment) return <Empty title={realtime.nobodyFiltered} />
  return (
    <Empty title={realtime.nobody}>
      <p>{realtime.nobodyHint}</p>
    </Empty>
  )
}
