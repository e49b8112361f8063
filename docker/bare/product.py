"""The product's own processes: one row each. `make up` starts them in this order and waits for each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from .places import ROOT, VENV, Home
from .processes import Process, claim_port, http_ok


@dataclass(frozen=True, kw_only=True)
class Row:
    """A process of the product.

    Attributes:
        name: Of its pid file and log.
        command: The arguments of `waimai`.
        ready: What answers 200, starting with the name of a setting, as `WEB_URL/readyz`; None: that it runs is all.
        port: The variable that moves its port, if it listens.
        env: Made from the stack's settings, on top of them.
    """

    name: str
    command: Sequence[str]
    ready: str | None = None
    port: str | None = None
    env: Callable[[Mapping[str, str]], dict[str, str]] = lambda _: {}


ROWS: tuple[Row, ...] = ()


def processes(settings: Mapping[str, str]) -> list[Process]:
    """The processes, with the settings of a stack."""
    return [_process(row, settings) for row in ROWS]


def claim_ports(ports: Mapping[str, int], home: Home) -> None:
    """See to it that the ports of the product are free or ours."""
    for row in ROWS:
        if row.port:
            claim_port(row.port, ports[row.port], row.name, home)


def _process(row: Row, settings: Mapping[str, str]) -> Process:
    def ready() -> bool:
        if row.ready is None:
            return True
        name, _, path = row.ready.partition("/")
        return http_ok(f"{settings[name]}/{path}")

    argv = [str(VENV / "bin" / "waimai"), *row.command]
    return Process(name=row.name, argv=argv, env={**settings, **row.env(settings)}, ready=ready, cwd=ROOT)
