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
)
