import pytest

from relauto.git.errors import MissingObjectError
from relauto.git.sizes import measure_objects


def test_sizes_are_told_of_any_number_of_objects(bare):
    contents = [b"%d\n" % number * number for number in range(1, 1203)]
    ids = [bare.store.write("blob", content) for content in contents]
    assert list(measure_objects(bare, ids).values()) == [len(content) for content in contents]
    assert measure_objects(bare, []) == {}


def test_an_absent_object_is_named(bare):
    known, absent = bare.store.write("blob", b"a\n"), "a" * 40
    with pytest.raises(MissingObjectError, match=absent):
        measure_objects(bare, [known, absent])
    assert measure_objects(bare, [known]) == {known: 2}
