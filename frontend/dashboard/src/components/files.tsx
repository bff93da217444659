/** The kinds of files that answers can be had as. */
import { Icon } from "./icon"

export const FILE_NAMES = {
  csv: "CSV",
  excel: "CSV (Excel)",
  json: "JSON",
  ndjson: "NDJSON",
  parquet: "Parquet",
} as const
export type FileFormat = keyof typeof FILE_NAMES

export const FILE_FORMATS = Object.keys(FILE_NAMES) as FileFormat[]

/** A table's rows, for either kind of spreadsheet. */
export const SpreadsheetLinks = ({ address }: { address: (format: FileFormat) => string }) => (
  <span class="row push files">
    {(["csv", "excel"] as const).map((format) => (
      <a key={format} class="button small" href={address(format)} download>
        <Icon name="download" size={14} /> {FILE_NAMES[format]}
      </a>
    ))}
  </span>
)
