"""An empty store, and who writes."""

import pytest

from turnout.store import Act, Store


@pytest.fixture
def act():
    return Act("anna", "ApplyDocuments", "127.0.0.1:1")


@pytest.fixture
def store(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path}/store.db")
    yield store
    store.close()
