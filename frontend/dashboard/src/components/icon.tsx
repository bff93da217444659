/** Lines on a field of 16 by 16; they say nothing to a screen reader, since the words beside them do. */
const PATHS = {
  calendar: "M2.5 4.5h11v9h-11zM2.5 7.5h11M5.5 2.5v3M10.5 2.5v3",
  chevron: "M4 6l4 4 4-4",
  right: "M6 4l4 4-4 4",
  left: "M10 4L6 8l4 4",
  close: "M4 4l8 8M12 4l-8 8",
  filter: "M2.5 3.5h11l-4.2 5v4.5l-2.6-1.3V8.5z",
  download: "M8 2.5v7M5 7l3 3 3-3M3 13h10",
  plus: "M8 3v10M3 8h10",
  check: "M3 8.5l3.5 3.5L13 5",
  expand: "M9.5 2.5h4v4M13.5 2.5l-5 5M6.5 13.5h-4v-4M2.5 13.5l5-5",
  settings: "M2.5 5h7M12 5h1.5M2.5 11h1.5M7 11h6.5M9.5 3.5v3M6.5 9.5v3",
  user: "M8 8a2.5 2.5 0 100-5 2.5 2.5 0 000 5zM3 13.5c.6-2.6 2.5-4 5-4s4.4 1.4 5 4",
  sun: "M8 5.2a2.8 2.8 0 100 5.6 2.8 2.8 0 000-5.6zM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9",
  moon: "M13 9.5A5.5 5.5 0 016.5 3 5.5 5.5 0 1013 9.5z",
  external: "M6.5 3.5h-3v9h9v-3M9 2.5h4.5V7M13.5 2.5L7.5 8.5",
  refresh: "M13 4v3.5H9.5M13 7.5A5 5 0 103.6 10",
  warning: "M8 2.5l6 11H2zM8 6.5v3.5M8 11.7v.3",
  search: "M7 2.5a4.5 4.5 0 100 9 4.5 4.5 0 000-9zM10.3 10.3l3.2 3.2",
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
  up: "M8 13V3M4 7l4-4 4 4",
  down: "M8 3v10M4 9l4 4 4-4",
  flag: "M3.5 14V2.5h8.5l-2 3 2 3H3.5",
  keyboard: "M1.5 4h13v8h-13zM4 6.5h.1M7 6.5h.1M10 6.5h.1M12 6.5h.1M5 9.5h6",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M5 3l7.5 5L5 13z",
  trash: "M3 4.5h10M6 4.5v-2h4v2M4.5 4.5l.6 9h5.8l.6-9",
} as const

export type IconName = keyof typeof PATHS

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" fill="none" stroke="currentColor">
      <path d={PATHS[name]} stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  )
}

export function Logo() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#0f766e" />
      <path d="M8 23V15M16 23V9M24 23v-5" stroke="#fff" stroke-width="4" stroke-linecap="round" />
    </svg>
  )
}
