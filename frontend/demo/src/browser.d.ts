import type { Demo } from "./before"

declare global {
  type Props = Record<string, unknown>
  type Track = (name: string, props?: Props, revenue?: { amount: number; currency: string }) => void

  interface Window {
    demo: Demo
    hk: { event: Track }
    sparklytics: { track: Track; identify: (id: string) => void; reset: () => void }
    clickport: { track: Track }
    grademypage: {
      track: (type: string, event: { eventName: string; eventData: Props }) => void
      trackConversion: (name: string, event: { eventData: Props }) => void
      getExperimentAssignments?: () => { variantName: string }[] | undefined
    }
    umami: { track: (name: string | ((props: Props) => Props), props?: Props) => void }
    plausible: (name: string, options: { props: Props }) => void
  }
}
