"""ClickHouse schema, change by change: (number, name, statements). The newest number is the schema's version.

There are no transactions here, so each statement must be harmless when it runs a second time.

`events` is not partitioned: an insert is atomic within one partition only. Each event carries the inbox position that
its portion reached, so that events and position are stored by one insert (see ClickHouseStore.append). The window makes
a plain MergeTree table remember the tokens of its inserts; replicated tables do so anyway.
"""

MIGRATIONS: tuple[tuple[int, str, tuple[str, ...]], ...] = (
    (
        1,
        "events",
        (
            """
            CREATE TABLE IF NOT EXISTS events (
                event_id Int64 CODEC(Delta, ZSTD),
                inbox_position Int64 CODEC(Delta, ZSTD),
                site_id UUID,
                time DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
                kind LowCardinality(String),
                name Nullable(String),
                visitor_id UInt64,
                session_id UInt64,
                session_key Nullable(UInt64),
                crossed_visitor_id Nullable(UInt64),
                user_id Nullable(UInt64),
                hostname LowCardinality(Nullable(String)),
                path Nullable(String),
                title Nullable(String),
                referrer Nullable(String),
                source LowCardinality(Nullable(String)),
                channel LowCardinality(Nullable(String)),
                utm_source LowCardinality(Nullable(String)),
                utm_medium LowCardinality(Nullable(String)),
                utm_campaign Nullable(String),
                utm_term Nullable(String),
                utm_content Nullable(String),
                country LowCardinality(Nullable(String)),
                region LowCardinality(Nullable(String)),
                city Nullable(String),
                language LowCardinality(Nullable(String)),
                browser LowCardinality(Nullable(String)),
                browser_version LowCardinality(Nullable(String)),
                os LowCardinality(Nullable(String)),
                os_version LowCardinality(Nullable(String)),
                device LowCardinality(Nullable(String)),
                screen LowCardinality(Nullable(String)),
                category Nullable(String),
                label Nullable(String),
                value Nullable(Float64),
                revenue Nullable(Int64),
                currency LowCardinality(Nullable(String)),
                experiment_id Nullable(String),
                variant_id Nullable(String),
                scroll_depth Nullable(UInt8),
                engagement_ms Nullable(UInt32),
                flagged LowCardinality(Nullable(String)),
                props Nullable(String) CODEC(ZSTD),
                INDEX times time TYPE minmax GRANULARITY 1
            )
            ENGINE = MergeTree ORDER BY (site_id, time, event_id)
            SETTINGS non_replicated_deduplication_window = 1000
            """,
            "CREATE TABLE IF NOT EXISTS kept_position (position Int64) ENGINE = MergeTree ORDER BY position",
        ),
    ),
    (
        2,
        "passive events",
        ("ALTER TABLE events ADD COLUMN IF NOT EXISTS passive Nullable(UInt8)",),
    ),
    (
        3,
        "what was brought to another form",
        (
            """
            CREATE TABLE IF NOT EXISTS restatements (
                number Int32, name String, time Int64, changed_values Int64, changed_events Int64
            ) ENGINE = MergeTree ORDER BY number
            """,
        ),
    ),
    (
        4,
        "what events say themselves of where their visitor came from",
        ("ALTER TABLE events ADD COLUMN IF NOT EXISTS own_attributes Nullable(String) CODEC(ZSTD)",),
    ),
)
