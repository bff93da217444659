"""Questions before any engine sees them: what is asked, of which site and time, and how engines differ."""
