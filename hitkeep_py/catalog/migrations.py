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
    (
        2,
        "keys, experiments, settings of sites",
        (
            """
            CREATE TABLE keys (
                id TEXT PRIMARY KEY,
                site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
                kind TEXT NOT NULL,
                name TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                last_used_at INTEGER
            )
            """,
            "CREATE UNIQUE INDEX keys_names ON keys (site_id, name) WHERE name <> ''",
            """
            CREATE TABLE key_secrets (
                prefix TEXT NOT NULL,
                hash BLOB PRIMARY KEY,
                key_id TEXT NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
                created_at INTEGER NOT NULL,
                expires_at INTEGER
            )
            """,
            "CREATE INDEX key_secrets_of_a_key ON key_secrets (key_id)",
            """
            CREATE TABLE experiments (
                id TEXT NOT NULL,
                site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
                name TEXT NOT NULL,
                variants TEXT NOT NULL,
                status TEXT NOT NULL,
                event TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                PRIMARY KEY (site_id, id),
                UNIQUE (site_id, name)
            )
            """,
            "ALTER TABLE sites ADD COLUMN aliases TEXT NOT NULL DEFAULT '[]'",
            "ALTER TABLE sites ADD COLUMN allowed_origins TEXT NOT NULL DEFAULT '[]'",
            "ALTER TABLE sites ADD COLUMN excluded_ips TEXT NOT NULL DEFAULT '[]'",
            "ALTER TABLE sites ADD COLUMN excluded_countries TEXT NOT NULL DEFAULT '[]'",
            "ALTER TABLE sites ADD COLUMN excluded_paths TEXT NOT NULL DEFAULT '[]'",
            "ALTER TABLE sites ADD COLUMN bots TEXT NOT NULL DEFAULT 'drop'",
            "ALTER TABLE sites ADD COLUMN referrer_spam TEXT NOT NULL DEFAULT 'drop'",
            "ALTER TABLE sites ADD COLUMN do_not_track TEXT NOT NULL DEFAULT 'honour'",
            "ALTER TABLE sites ADD COLUMN monthly_quota INTEGER",
            "ALTER TABLE sites ADD COLUMN quota_answer TEXT NOT NULL DEFAULT 'refuse'",
            "ALTER TABLE sites ADD COLUMN currency TEXT NOT NULL DEFAULT 'USD'",
            "ALTER TABLE sites ADD COLUMN identity_key BLOB NOT NULL DEFAULT x''",
            "UPDATE sites SET identity_key = randomblob(16)",
        ),
    ),
    (
        3,
        "funnels, segments",
        (
            """
            CREATE TABLE funnels (
                id TEXT PRIMARY KEY,
                site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
                name TEXT NOT NULL,
                steps TEXT NOT NULL,
                window_seconds INTEGER,
                scope TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                UNIQUE (site_id, name)
            )
            """,
            """
            CREATE TABLE segments (
                id TEXT PRIMARY KEY,
                site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
                name TEXT NOT NULL,
                filters TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                UNIQUE (site_id, name)
            )
            """,
        ),
    ),
    (
        4,
        "goals' conditions and revenue",
        (
            "ALTER TABLE goals ADD COLUMN filters TEXT NOT NULL DEFAULT '[]'",
            "ALTER TABLE goals ADD COLUMN revenue TEXT",
        ),
    ),
    (
        5,
        "annotations",
        (
            """
            CREATE TABLE annotations (
                id TEXT PRIMARY KEY,
                site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
                time TEXT NOT NULL,
                text TEXT NOT NULL,
                created_at INTEGER NOT NULL
            )
            """,
            "CREATE INDEX annotations_of_a_site ON annotations (site_id)",
        ),
    ),
    (6, "how long events are kept", ("ALTER TABLE sites ADD COLUMN retention_days INTEGER",)),
    (7, "what becomes of old events", ("ALTER TABLE sites ADD COLUMN old_events TEXT NOT NULL DEFAULT 'keep'",)),
)
