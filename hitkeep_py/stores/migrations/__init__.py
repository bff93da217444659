"""Numbered schema changes of the event store, one module an engine. A released one is never edited."""
