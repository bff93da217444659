"""One module a report: `build` gives the statement for an engine, `shape` turns its rows into the answer."""
