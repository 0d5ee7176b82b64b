"""Settings as texts."""

import pytest

from relauto.errors import FaultsError
from relauto.settings.file import parse_settings

LEAST = '[repositories]\nsource = "acme/stockroom"\nops = "acme/ops"\n'


def faults_of(text):
    with pytest.raises(FaultsError) as caught:
        parse_settings(text, "relauto.toml")
    return caught.value.faults
