"""Catalog schema, change by change. A released one is never edited."""

MIGRATIONS: tuple[tuple[int, str, tuple[str, ...]], ...] = (
    (
        1,
        "users, sites, goals, salts",
        (
            """
            CREATE TABLE users (
                id TEXT PRIMARY KEY,
                email TEXT NOT NULL UNIQUE,
                password_hash TEXT NOT NULL,
                given_name TEXT NOT NULL DEFAULT '',
                last_name TEXT NOT NULL DEFAULT '',
                created_at INTEGER NOT NULL
            )
            """,
            """
            CREATE TABLE login_sessions (
                token_hash TEXT PRIMARY KEY,
                user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
                created_at INTEGER NOT NULL,
                used_at INTEGER NOT NULL
            )
            """,
            """
            CREATE TABLE sites (
                id TEXT PRIMARY KEY,
                domain TEXT NOT NULL UNIQUE,
                time_zone TEXT NOT NULL,
                visitor_period TEXT NOT NULL,
                created_at INTEGER NOT NULL
            )
            """,
            "CREATE TABLE removed_sites (id TEXT PRIMARY KEY, domain TEXT NOT NULL, removed_at INTEGER NOT NULL)",
            """
            CREATE TABLE goals (
                id TEXT PRIMARY KEY,
                site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
                name TEXT NOT NULL,
                type TEXT NOT NULL,
                value TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                UNIQUE (site_id, name)
            )
            """,
            """
            CREATE TABLE salts (
                period TEXT NOT NULL,
                starts_at INTEGER NOT NULL,
                ends_at INTEGER NOT NULL,
                salt BLOB NOT NULL,
                PRIMARY KEY (period, starts_at)
            )
            """,
        ),
    ),
)
