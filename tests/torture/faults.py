"""Every fault by its name."""

from tests.torture.backup_faults import backup_while_writing
from tests.torture.connection_faults import idle_connections, many_addresses, slow_clients
from tests.torture.crash_faults import kill_at_random, kill_at_stages
from tests.torture.damage_faults import damaged_files
from tests.torture.disk_faults import full_disk
from tests.torture.engine_faults import dead_store, slow_questions, stalls
from tests.torture.holder_faults import directory_in_use, nobody_opens_the_store, unwritable
from tests.torture.outcome import Fault
from tests.torture.start_faults import kill_first_start, stop_under_load

FAULTS: dict[str, Fault] = {
    each.name: each
    for each in (
        Fault("F1", "kill -9 at random", "0 lost, 0 duplicates, 0 failed starts, 50,000 acks", kill_at_random),
        Fault("F2", "kill -9 at each stage", "0 lost, 0 duplicates, 0 failed starts", kill_at_stages),
        Fault("F3", "kill -9 at first start", "next start listens in 2 s, schemas right", kill_first_start),
        Fault("F4", "SIGTERM under load", "exit 0 in 5 s, 0 lost, only 202 or 503, no log left", stop_under_load),
        Fault("F5", "disk full", "503 with Retry-After, back in 2 s, 0 lost, 0 duplicates", full_disk),
        Fault("F6", "files not writable", "exit 3 with one line, in 1 s", unwritable),
        Fault("F7", "damaged files", "never silent; doctor finds all that lose events", damaged_files),
        Fault("F8", "directory in use", "exit 3 naming the process; --wait waits", directory_in_use),
        Fault("F9", "lock dropped in-process", "0 opens of the store's file by Python", nobody_opens_the_store),
        Fault("F10", "event store dies", "reopened in 1 s, /healthz 503 meanwhile, 0 lost", dead_store),
        Fault("F12", "slow clients", "closed in 10 s, healthy p99 100 ms", slow_clients),
        Fault("F13", "10,000 idle connections", "healthy p99 100 ms, +60 MB", idle_connections),
        Fault("F14", "a million addresses", "+40 MB, throttled stays throttled, /64 is one", many_addresses),
        Fault("F18", "backup while writing", "all acknowledged before it, writers' p99 100 ms", backup_while_writing),
        Fault("F19", "eight endless questions", "503/504 in limit + 1 s, ingest p99 100 ms", slow_questions),
        Fault("F20", "stalls", "bounded, 503 with Retry-After, 0 lost", stalls),
    )
}
