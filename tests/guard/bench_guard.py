"""How often the guard alarms where nobody is named: over the newest messages of a history.

    python -m tests.guard.bench_guard --repo PATH [--limit 1000] [--customers FILE]

Only what commits of the first parent say counts, as of squash merges. Prints one line of JSON, and on stderr
what was taken for a leak, so that it can be judged.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from relauto.git.runner import Git
from relauto.guard.customers import parse_customers
from relauto.guard.guard import Guard, Passage

SAMPLE = Path(__file__).with_name("sample.toml")


def list_messages(repository: Path, limit: int) -> list[str]:
    """Return the newest messages of commits with one parent, on the first parents' line."""
    told = Git(repository).read(
        "log", "--first-parent", "--no-merges", f"--max-count={limit}", "--format=%B%x00", "HEAD"
    )
    return [message.strip() for message in told.split("\0") if message.strip()]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repo", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=1000)
    parser.add_argument("--customers", type=Path, default=SAMPLE)
    options = parser.parse_args()
    customers = parse_customers(options.customers.read_text("utf-8"), str(options.customers))
    guard = Guard()
    guard.learn(customers)
    messages = list_messages(options.repo, options.limit)
    began, alarms = time.perf_counter(), 0
    for message in messages:
        leaks = guard.find([Passage("message", message, first=1)])
        alarms += bool(leaks)
        for leak in leaks:
            sys.stderr.write(f"{leak} ({leak.owner}): {message.splitlines()[0][:100]}\n")
    terms = sum(map(len, customers.values()))
    told = {
        "messages": len(messages),
        "characters": sum(map(len, messages)),
        "customers": len(customers),
        "terms": terms,
        "alarms": alarms,
        "percent": round(100 * alarms / max(1, len(messages)), 2),
        "seconds": round(time.perf_counter() - began, 2),
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
