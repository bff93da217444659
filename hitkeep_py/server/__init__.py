"""HTTP only: every route in one list, who may call it, what errors look like."""
