"""What people said and who they are: free text and logins, which can be erased later."""


class Text(str):
    """Words of a person, or about a customer. Empty with `erased` set once they were erased."""

    __slots__ = ("erased",)

    erased: bool

    def __new__(cls, value: str = "", *, erased: bool = False) -> "Text":
        """Make a text; `erased` says that the words are gone for good."""
        text = super().__new__(cls, value)
        text.erased = erased
        return text


class Person(Text):
    """The login of somebody, as GitHub authenticated it."""

    __slots__ = ()
