"""From a parsed event to a stored one: pipeline → inbox (fsync, then the acknowledgement) → writer → store."""
