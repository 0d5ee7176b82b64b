"""How numbers of things are said in every text."""


def name_count(number: int, one: str, many: str = "") -> str:
    """Return a number with what is counted: `1 line`, `2 lines`; `many` where that is not `one` with an s."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"
