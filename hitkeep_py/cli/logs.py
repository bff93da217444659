"""The log: a line an event, as text or JSON, on standard error or in a file that may be rotated."""

import logging
import sys
from logging.handlers import WatchedFileHandler

import orjson

from hitkeep_py.cli.terminal import cell, shown
from hitkeep_py.clock import utc_text
from hitkeep_py.config import Settings
from hitkeep_py.errors import SettingError


class TextLines(logging.Formatter):
    """A message stays on its line, whatever a stranger put into it; a traceback follows on lines of its own."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = cell(record.message)
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        return shown(super().format(record))


class JsonLines(logging.Formatter):
    """Objects with `time` (RFC 3339 in UTC), `level`, `logger`, `message` and, of a failure, `traceback`."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": utc_text(round(record.created * 1000)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": shown(record.getMessage()),
        }
        if record.exc_info:
            line["traceback"] = shown(self.formatException(record.exc_info))
        return orjson.dumps(line).decode()


FORMATTERS = {"text": TextLines, "json": JsonLines}


def configure_logging(settings: Settings) -> None:
    """Raises SettingError when the log's file cannot be written."""
    handler = handler_of(settings.log_file)
    handler.setFormatter(FORMATTERS[settings.log_format]())
    logging.basicConfig(handlers=[handler], level=settings.log_level.upper(), force=True)
    # Its warnings are two lines for each request that a stranger garbles, or asks to upgrade.
    logging.getLogger("uvicorn").setLevel(logging.ERROR)


def handler_of(file: str) -> logging.Handler:
    if not file:
        return logging.StreamHandler(sys.stderr)
    try:
        # It looks at each line whether the file is still the one of this name.
        return WatchedFileHandler(file, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise SettingError(f"cannot log to {file}: {error.strerror}", field="log_file") from error
