interface Window {
  readonly navigation?: EventTarget
  plausible?: { track?: unknown }
}

interface Navigator {
  readonly globalPrivacyControl?: boolean
}

interface Document {
  readonly prerendering?: boolean
}
