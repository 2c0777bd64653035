"""The same documents give the same snapshot, wherever and however they lie."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import golden
import pytest
import yaml

from turnout.compiler import compile_documents
from turnout.documents import read_mapping, read_paths

SHOP = Path(__file__).parents[2] / "examples" / "shop"


class Yaml12(yaml.SafeLoader):
    """Reads `on`, `off` and dates as text."""


Yaml12.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(("bool", "timestamp"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Yaml12.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


@pytest.fixture(scope="module")
def shop_id():
    return compile_documents(read_paths(SHOP)).id


def test_again(shop_id):
    assert compile_documents(read_paths(SHOP)).id == shop_id


def test_in_another_process(shop_id):
    code = (
        "import sys; from turnout.compiler import compile_documents;"
        "from turnout.documents import read_paths;"
        "print(compile_documents(read_paths(sys.argv[1])).id)"
    )
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code, str(SHOP)],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == shop_id


def test_on_another_path_in_another_order(shop_id, tmp_path):
    for number, file in enumerate(sorted(SHOP.glob("*.yaml"), reverse=True)):
        folder = tmp_path / f"part-{number}"
        folder.mkdir()
        shutil.copy(file, folder / f"{number}.yml")
    assert compile_documents(read_paths(tmp_path)).id == shop_id


def test_in_one_file_as_json(shop_id, tmp_path):
    whole = {}
    for file in sorted(SHOP.glob("*.yaml"), reverse=True):
        for section, items in yaml.load(file.read_text(encoding="utf-8"), Yaml12).items():
            whole[section] = whole.get(section, {}) | items
    backwards = {
        section: dict(reversed(items.items())) for section, items in reversed(whole.items())
    }
    (tmp_path / "shop.json").write_text(json.dumps(backwards), encoding="utf-8")
    assert compile_documents(read_paths(tmp_path)).id == shop_id


def test_another_meaning_is_another_snapshot():
    documents = golden.documents("flags")
    changed = json.loads(json.dumps(documents))
    changed["flags"]["static"]["default"] = "on"
    one, other = (
        compile_documents(read_mapping(documents)),
        compile_documents(read_mapping(changed)),
    )
    assert one.id != other.id
