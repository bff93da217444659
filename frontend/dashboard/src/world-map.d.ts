declare module "virtual:world-map" {
  export const WIDTH: number
  export const HEIGHT: number
  /** SVG paths by ISO 3166-1 letters; what has none shares the key "". */
  export const COUNTRIES: Record<string, string>
}
