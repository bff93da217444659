"""DuckDB schema, change by change: (number, name, statements). The newest number is the schema's version.

No primary key, unique key, foreign key or index: each makes bulk inserts 100 times slower and has broken
files elsewhere (hitkeep#259).
"""

ATTRIBUTES_3 = (
    "referrer",
    "source",
    "channel",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
    "country",
    "region",
    "city",
    "language",
    "browser",
    "browser_version",
    "os",
    "os_version",
    "device",
    "screen",
)
"""What sessions know of their first event since migration 3."""

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
    (
        3,
        "channel, region, city; numbers of visitors; sessions",
        (
            "ALTER TABLE events ADD COLUMN channel VARCHAR",
            "ALTER TABLE events ADD COLUMN region VARCHAR",
            "ALTER TABLE events ADD COLUMN city VARCHAR",
            "ALTER TABLE events ADD COLUMN visitor_number INTEGER",
            "ALTER TABLE events ADD COLUMN session_key UBIGINT",
            """
            UPDATE events SET session_id = hash(session_id, visitor_id)
            WHERE (site_id, session_id) IN (
                SELECT (site_id, session_id) FROM events
                GROUP BY site_id, session_id HAVING count(DISTINCT visitor_id) > 1
            )
            """,
            f"""
            UPDATE events SET {", ".join(f"{name} = firsts.known.{name}" for name in ATTRIBUTES_3)} FROM (
                SELECT site_id, session_id,
                    arg_min({{{", ".join(f"{name}: {name}" for name in ATTRIBUTES_3)}}}, (time, event_id)) AS known
                FROM events GROUP BY site_id, session_id
            ) AS firsts
            WHERE firsts.site_id = events.site_id AND firsts.session_id = events.session_id
            """,
            """
            CREATE TABLE visitors AS
            SELECT site_id, visitor_id,
                CAST(row_number() OVER (PARTITION BY site_id ORDER BY min(event_id)) AS INTEGER) AS visitor_number
            FROM events GROUP BY site_id, visitor_id
            """,
            """
            UPDATE events SET visitor_number = visitors.visitor_number FROM visitors
            WHERE visitors.site_id = events.site_id AND visitors.visitor_id = events.visitor_id
            """,
            f"""
            CREATE TABLE sessions (
                site_id UUID NOT NULL,
                session_id UBIGINT NOT NULL,
                visitor_id UBIGINT NOT NULL,
                visitor_number INTEGER NOT NULL,
                start TIMESTAMP_MS NOT NULL,
                last TIMESTAMP_MS NOT NULL,
                duration_ms BIGINT NOT NULL,
                pageviews INTEGER NOT NULL,
                events INTEGER NOT NULL,
                entry_page VARCHAR,
                entered TIMESTAMP_MS,
                entry_event BIGINT,
                exit_page VARCHAR,
                exited TIMESTAMP_MS,
                exit_event BIGINT,
                {", ".join(f"{name} VARCHAR" for name in ATTRIBUTES_3)}
            )
            """,
            f"""
            INSERT INTO sessions
            SELECT site_id, session_id, min(visitor_id), min(visitor_number), min(time), max(time),
                epoch_us(max(time)::TIMESTAMP) // 1000 - epoch_us(min(time)::TIMESTAMP) // 1000,
                count(*) FILTER (kind = 'pageview'), count(*) FILTER (kind = 'event'),
                arg_min(path, (time, event_id)) FILTER (kind = 'pageview'),
                min(time) FILTER (kind = 'pageview' AND path IS NOT NULL),
                arg_min(event_id, (time, event_id)) FILTER (kind = 'pageview' AND path IS NOT NULL),
                arg_max(path, (time, event_id)) FILTER (kind = 'pageview'),
                max(time) FILTER (kind = 'pageview' AND path IS NOT NULL),
                arg_max(event_id, (time, event_id)) FILTER (kind = 'pageview' AND path IS NOT NULL),
                {", ".join(f"min({name})" for name in ATTRIBUTES_3)}
            FROM events WHERE flagged IS NULL GROUP BY site_id, session_id ORDER BY min(time)
            """,
        ),
    ),
    (
        4,
        "passive events",
        (
            "ALTER TABLE events ADD COLUMN passive UTINYINT",
            "ALTER TABLE sessions ADD COLUMN passive_events INTEGER DEFAULT 0",
        ),
    ),
    (
        5,
        "what was brought to another form",
        (
            """
            CREATE TABLE restatements (
                number INTEGER NOT NULL,
                name VARCHAR NOT NULL,
                time BIGINT NOT NULL,
                changed_values BIGINT NOT NULL,
                changed_events BIGINT NOT NULL
            )
            """,
        ),
    ),
    (
        6,
        "what events say themselves of where their visitor came from",
        ("ALTER TABLE events ADD COLUMN own_attributes VARCHAR",),
    ),
)
