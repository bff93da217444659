"""The smallest MaxMind-format file: one bit of an IPv4 address decides."""


def text(value: str) -> bytes:
    return bytes([0x40 | len(value)]) + value.encode()


def mapping(**values: bytes) -> bytes:
    return bytes([0xE0 | len(values)]) + b"".join(text(name) + value for name, value in values.items())


def number(kind: int, value: int) -> bytes:
    """`kind` 5 has 16 bits, 6 has 32; 9, with 64, is told by a byte of its own."""
    head = bytes([kind << 5 | 1]) if kind < 8 else bytes([1, kind - 7])
    return head + bytes([value])


def country_file(record: bytes) -> bytes:
    """0.0.0.0/1 has the record, 128.0.0.0/1 has none."""
    tree = (1 + 16).to_bytes(3, "big") + (1).to_bytes(3, "big")
    metadata = mapping(
        binary_format_major_version=number(5, 2),
        binary_format_minor_version=number(5, 0),
        build_epoch=number(9, 1),
        database_type=text("Country"),
        description=mapping(en=text("small")),
        ip_version=number(5, 4),
        languages=bytes([1, 4]) + text("en"),
        node_count=number(6, 1),
        record_size=number(5, 24),
    )
    return tree + bytes(16) + record + b"\xab\xcd\xefMaxMind.com" + metadata
