import { assigned } from "./assignment"
import type { Assignment, Send, Store } from "./wire"

interface Experiment {
  id: string
  variants: { id: string; name: string; weight: number }[]
}

/** The visitor's variants of the experiments that run. */
export const assign = (experiments: Experiment[], visitor: string): Assignment[] =>
  experiments.flatMap(({ id, variants }) => {
    const variant =
      variants[
        assigned(
          id,
          visitor,
          variants.map((each) => each.weight),
        )
      ]
    return variant ? [{ experimentId: id, variantId: variant.id, variantName: variant.name }] : []
  })

/** What a page shows already it goes on to show; what does not run any more is gone. */
export const kept = (shown: Assignment[], found: Assignment[]): Assignment[] =>
  found.map((each) => shown.find(({ experimentId }) => experimentId === each.experimentId) ?? each)

export const installAssignments = (read: () => Assignment[]): void => {
  const page = window as unknown as { grademypage: { getExperimentAssignments: () => Assignment[] } }
  page.grademypage.getExperimentAssignments = read
}

const show = (assignments: Assignment[]): void => {
  for (const { experimentId, variantId } of assignments) {
    document.documentElement.setAttribute(`data-hk-${experimentId}`, variantId)
  }
}

/** The assignments of the page before are shown at once, so that nothing flickers; then what runs is asked for. */
export const runExperiments = async (address: string, store: Store, send: Send): Promise<void> => {
  let assignments: Assignment[] = []
  installAssignments(() => assignments)
  try {
    assignments = JSON.parse(store.hk_experiments || "[]")
    show(assignments)
    store.hk_visitor ||= `${Math.random()}`.slice(2)
    const { experiments } = await (await fetch(address)).json()
    const found = assign(experiments, store.hk_visitor)
    store.hk_experiments = JSON.stringify(found)
    assignments = kept(assignments, found)
    show(assignments)
  } catch {}
  document.dispatchEvent(new Event("hk:experiments"))
  for (const { experimentId, variantId } of assignments) send({ k: "x", x: [experimentId, variantId] })
}
