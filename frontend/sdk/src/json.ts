const HALF_CHARACTERS = /\p{Surrogate}/gu

/** JSON that every server reads. Throws TypeError for what refers to itself. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => {
    if (typeof each === "string") return each.replace(HALF_CHARACTERS, "\ufffd")
    return typeof each === "bigint" ? each.toString() : each
  })
}

const encoder = new TextEncoder()

export function bytesOf(text: string): number {
  return encoder.encode(text).length
}

/** Without what was not said. */
export function present(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ""))
}
