"""Pure look-ups on what a request says of its sender and page. Each maps text to short values, and never raises."""
