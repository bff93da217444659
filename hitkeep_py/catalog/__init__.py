"""What people define: users, login sessions, sites, goals, keys, experiments; and the salts. One SQLite file."""
