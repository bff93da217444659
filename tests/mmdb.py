"""The smallest MaxMind-format file: one bit of an IPv4 address decides."""


def text(value: str) -> bytes:
    content = value.encode()
    return (bytes([0x40 | len(content)]) if len(content) < 29 else bytes([0x5D, len(content) - 29])) + content


def mapping(**values: bytes) -> bytes:
    return bytes([0xE0 | len(values)]) + b"".join(text(name) + value for name, value in values.items())


def array(*values: bytes) -> bytes:
    return bytes([len(values), 4]) + b"".join(values)


def number(kind: int, value: int) -> bytes:
    """`kind` 5 has 16 bits, 6 has 32; 9, with 64, is told by a byte of its own."""
    head = bytes([kind << 5 | 1]) if kind < 8 else bytes([1, kind - 7])
    return head + bytes([value])


def place_file(record: bytes) -> bytes:
    """0.0.0.0/1 has the record, 128.0.0.0/1 has none."""
    tree = (1 + 16).to_bytes(3, "big") + (1).to_bytes(3, "big")
    metadata = mapping(
        binary_format_major_version=number(5, 2),
        binary_format_minor_version=number(5, 0),
        build_epoch=number(9, 1),
        database_type=text("City"),
        description=mapping(en=text("small")),
        ip_version=number(5, 4),
        languages=array(text("en")),
        node_count=number(6, 1),
        record_size=number(5, 24),
    )
    return tree + bytes(16) + record + b"\xab\xcd\xefMaxMind.com" + metadata
