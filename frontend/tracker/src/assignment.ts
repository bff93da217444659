/** FNV-1a of the text's UTF-8 bytes, finished as MurmurHash3 does: 32 bits. The server computes the same. */
export const visitorHash = (text: string): number => {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** The index of the visitor's variant; -1 when no weight is above 0. */
export const assigned = (experiment: string, visitor: string, weights: number[]): number => {
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  let point = Math.floor((visitorHash(`${experiment}:${visitor}`) * all) / 2 ** 32)
  return weights.findIndex((weight) => {
    point -= weight
    return point < 0
  })
}
