"""What a push says and is answered, line by line (gitprotocol-pack(5), gitprotocol-http(5))."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import Response

from relauto.hub.place import ApiError

_ZERO = "0" * 40
_FLUSH = b"0000"


@dataclass(frozen=True)
class Move:
    """One line of a push: a ref from `old` to `new`, None where it is not there."""

    ref: str
    old: str | None
    new: str | None


def parse_moves(body: bytes) -> list[Move]:
    """Read the commands at the head of a receive-pack request.

    Raises:
        ApiError: 400, it is none.
    """
    moves = []
    for payload in _split(body)[0]:
        line = payload.partition(b"\0")[0].decode("utf-8", "surrogateescape").rstrip("\n")
        old, _, rest = line.partition(" ")
        new, _, ref = rest.partition(" ")
        if len(old) == len(new) == 40:
            moves.append(Move(ref, None if old == _ZERO else old, None if new == _ZERO else new))
    return moves


def find_pack(body: bytes) -> bytes:
    """Return the pack that follows the commands, empty where a push brings none."""
    end = _split(body)[1]
    start = body.find(b"PACK", end)
    return body[start:] if start >= 0 else b""


def report_refusals(moves: Sequence[Move], body: bytes, reason: str) -> Response:
    """Answer a push of which no ref is taken, for one reason."""
    first = next(iter(_split(body)[0]), b"")
    lines = ["unpack ok", *(f"ng {move.ref} {reason}" for move in moves)]
    report = _write(f"{line}\n".encode("utf-8", "surrogateescape") for line in lines)
    if b"side-band-64k" in first.partition(b"\0")[2]:
        report = _write([b"\x01" + report])
    headers = {"Cache-Control": "no-cache"}
    return Response(report, 200, headers, content_type="application/x-git-receive-pack-result")


def begin_advertisement(service: str) -> bytes:
    """Return what stands before the refs that a service advertises, unless protocol 2 is spoken."""
    return _write([f"# service={service}\n".encode()])


def _write(payloads: Iterable[bytes]) -> bytes:
    return b"".join(b"%04x" % (len(payload) + 4) + payload for payload in payloads) + _FLUSH


def _split(body: bytes) -> tuple[list[bytes], int]:
    """Return the packets before the first flush, and where the rest begins."""
    found: list[bytes] = []
    at = 0
    while at + 4 <= len(body):
        size = _read_size(body[at : at + 4])
        if size == 0:
            return found, at + 4
        found.append(body[at + 4 : at + size])
        at += max(size, 4)
    return found, at


def _read_size(digits: bytes) -> int:
    try:
        return int(digits, 16)
    except ValueError as error:
        raise ApiError(400, "Malformed pkt-line") from error
