import gzip
import io
import os
import tarfile
from pathlib import Path

import pytest

from relauto.errors import InputError
from relauto.git.identity import find_identity
from relauto.git.tree import Entry, serialize_tree


@pytest.fixture
def product(clone):
    (clone.directory / "bin").mkdir()
    (clone.directory / "bin" / "run").write_text("#!/bin/sh\n")
    (clone.directory / "bin" / "run").chmod(0o755)
    (clone.directory / "link").symlink_to("bin/run")
    attributes = "hidden export-ignore\n*.txt text eol=crlf\n"
    return clone.commit("First", {"hidden": "x\n", "a.txt": "a\n", ".gitattributes": attributes})


def test_an_export_is_byte_for_byte_what_was_committed(repository, product, tmp_path):
    repository.export(product, tmp_path / "out")
    out = tmp_path / "out"
    files = {str(path.relative_to(out)) for path in out.rglob("*") if not path.is_dir()}
    assert files == {".gitattributes", "a.txt", "bin/run", "hidden", "link"}
    assert (out / "a.txt").read_bytes() == b"a\n"
    assert os.access(out / "bin" / "run", os.X_OK)
    assert (out / "link").readlink() == Path("bin/run")
    with pytest.raises(InputError, match="not empty"):
        repository.export(product, out)


def test_a_link_out_of_the_tree_is_refused(clone, repository, tmp_path):
    (clone.directory / "link").symlink_to("../../outside")
    with pytest.raises(InputError, match="points out of the tree"):
        repository.export(clone.commit("Link"), tmp_path / "out")


def test_a_tree_with_a_path_out_of_itself_is_refused(bare, committer, tmp_path):
    blob = bare.store.write("blob", b"evil")
    inner = bare.store.write("tree", serialize_tree({"evil": Entry("100644", blob)}))
    tree = bare.store.write("tree", serialize_tree({"..": Entry("40000", inner)}))
    commit = bare.write_commit(tree, [], "Evil", committer, committer)
    with pytest.raises(InputError, match="leads out"):
        bare.export(commit, tmp_path / "out")
    assert not (tmp_path / "evil").exists()


def test_an_archive_is_the_same_each_time(clone, repository, product):
    archive = repository.archive(product, "product-1.0")
    clone.run("config", "core.autocrlf", "true")
    clone.run("config", "tar.umask", "0077")
    assert repository.archive(product, "product-1.0") == archive
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(archive))) as tar:
        times = {member.mtime for member in tar}
        names = [member.name for member in tar if member.isfile()]
    assert times == {repository.moment(product).timestamp()}
    assert "product-1.0/bin/run" in names
    assert "product-1.0/hidden" not in names


def test_an_identity_counts_only_when_somebody_set_it(clone, repository, monkeypatch):
    assert find_identity(repository.git) is None
    clone.run("config", "user.name", "Ada")
    assert find_identity(repository.git) is None
    clone.run("config", "user.email", "ada@example.com")
    assert find_identity(repository.git) == ("Ada", "ada@example.com")
    monkeypatch.setenv("GIT_COMMITTER_NAME", "Zoë")
    assert find_identity(repository.git) == ("Zoë", "ada@example.com")
