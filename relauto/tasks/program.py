"""The one edge that turns errors into one message on stderr and an exit status.

Invoke ends usage errors and Ctrl-C with 1, which for relauto means a bug of its own; this Program
ends them with 2 and 130.
"""

import sys
from typing import NoReturn

from invoke import Program
from invoke.exceptions import Exit, ParseError

from relauto import __version__
from relauto.errors import Status
from relauto.redaction import redact
from relauto.tasks import namespace, output
from relauto.tasks.edge import Refusal


class RelautoProgram(Program):
    """Invoke's Program with relauto's exit statuses."""

    def run(self, argv: list[str] | None = None, exit: bool = True) -> None:
        """Run the command line and leave with its status; `exit=False` raises what it would end with.

        Raises:
            RelautoError: with `exit=False`.
        """
        output.tell_warnings()
        try:
            self._run(argv)
        except KeyboardInterrupt:
            self._leave(Status.INTERRUPTED, "interrupted; run again to go on: what was done stays done")
        except BrokenPipeError:
            # Somebody closed the pipe (`relauto status | head`): there is nobody left to tell.
            sys.stderr.close()
            raise SystemExit(Status.REACHED) from None
        except ParseError as error:
            self._leave(Status.BAD_INPUT, f"{error}\n  see `relauto --list`, or `relauto --help TASK`")
        except Refusal as refusal:
            if not exit:
                raise refusal.error from refusal
            print(refusal.message, file=sys.stderr)
            raise SystemExit(int(refusal.error.status)) from refusal
        except Exit as error:
            if error.message:
                print(redact(error.message), file=sys.stderr)
            raise SystemExit(error.code) from error
        except OSError as error:
            self._leave(Status.BAD_INPUT, f"this machine refused: {error}\n  mend that, then run again")

    def _run(self, argv: list[str] | None) -> None:
        self.create_config()
        try:
            self.parse_core(argv)
            self.parse_collection()
            self.parse_tasks()
        except ValueError as error:
            # Invoke calls int() on what is given for a number, and names its own faults by the same type.
            head, _, given = str(error).partition(" with base 10: ")
            if head != "invalid literal for int()":
                raise
            raise ParseError(f"an option takes a number, and {given} is none") from error
        self.parse_cleanup()
        self.update_config()
        self.execute()

    def _leave(self, status: int, message: str) -> NoReturn:
        print(output.phrase_end(f"relauto: {message}", int(status)), file=sys.stderr)
        raise SystemExit(int(status))


program = RelautoProgram(name="relauto", binary="relauto", version=__version__, namespace=namespace)


def main() -> None:
    """Run `relauto` with the arguments of this process."""
    program.run()
