"""What people define: users, login sessions, sites, goals; and the salts. One SQLite file."""
