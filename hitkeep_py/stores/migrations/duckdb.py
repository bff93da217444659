"""DuckDB schema, change by change: (number, name, statements). The newest number is the schema's version.

No primary key, unique key, foreign key or index: each makes bulk inserts 100 times slower and has broken
files elsewhere (hitkeep#259).
"""

MIGRATIONS: tuple[tuple[int, str, tuple[str, ...]], ...] = (
    (
        1,
        "events",
        (
            """
            CREATE TABLE events (
                event_id BIGINT NOT NULL,
                site_id UUID NOT NULL,
                time TIMESTAMP_MS NOT NULL,
                kind VARCHAR NOT NULL,
                name VARCHAR,
                visitor_id UBIGINT NOT NULL,
                session_id UBIGINT NOT NULL,
                crossed_visitor_id UBIGINT,
                hostname VARCHAR,
                path VARCHAR,
                referrer VARCHAR,
                source VARCHAR,
                utm_source VARCHAR,
                utm_medium VARCHAR,
                utm_campaign VARCHAR,
                utm_term VARCHAR,
                utm_content VARCHAR,
                country VARCHAR,
                language VARCHAR,
                browser VARCHAR,
                browser_version VARCHAR,
                os VARCHAR,
                os_version VARCHAR,
                device VARCHAR,
                screen VARCHAR,
                props VARCHAR
            )
            """,
            "CREATE TABLE inbox_position (position BIGINT NOT NULL)",
            "INSERT INTO inbox_position VALUES (0)",
        ),
    ),
    (
        2,
        "titles, users, figures, money, experiments, flags",
        (
            "ALTER TABLE events ADD COLUMN user_id UBIGINT",
            "ALTER TABLE events ADD COLUMN title VARCHAR",
            "ALTER TABLE events ADD COLUMN category VARCHAR",
            "ALTER TABLE events ADD COLUMN label VARCHAR",
            "ALTER TABLE events ADD COLUMN value DOUBLE",
            "ALTER TABLE events ADD COLUMN revenue BIGINT",
            "ALTER TABLE events ADD COLUMN currency VARCHAR",
            "ALTER TABLE events ADD COLUMN experiment_id VARCHAR",
            "ALTER TABLE events ADD COLUMN variant_id VARCHAR",
            "ALTER TABLE events ADD COLUMN scroll_depth UTINYINT",
            "ALTER TABLE events ADD COLUMN engagement_ms UINTEGER",
            "ALTER TABLE events ADD COLUMN flagged VARCHAR",
        ),
    ),
)
