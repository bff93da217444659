/** A new id of 32 hexadecimal digits, also where the page is not secure and in old runtimes. */
export function newId(): string {
  const { crypto } = globalThis
  if (typeof crypto?.randomUUID === "function") return crypto.randomUUID().replaceAll("-", "")
  const bytes = Array.from({ length: 16 }, () => Math.random() * 256)
  if (typeof crypto?.getRandomValues === "function") bytes.splice(0, 16, ...crypto.getRandomValues(new Uint8Array(16)))
  return bytes.map((byte) => Math.trunc(byte).toString(16).padStart(2, "0")).join("")
}
