"""What did not change is neither read nor compiled again; `make bench` says how fast that is."""

import yaml

from turnout.compiler import compile_documents, items
from turnout.documents import read_paths

FILES, EACH = 50, 20


def item(number):
    return {
        "variants": {"on": True, "off": False},
        "default": "off",
        "rules": [
            {
                "name": "ramp",
                "when": {
                    "all": [
                        {"attribute": "country", "is": ["US", "CA", "DE"]},
                        {"attribute": "plan", "is_not": "free"},
                        {"segment": f"s{number // 2}"},
                    ]
                },
                "split": {"on": "50%", "off": "50%"},
            }
        ],
    }


def write(folder):
    for file in range(FILES):
        numbers = range(file * EACH, file * EACH + EACH)
        document = {
            "flags": {f"f{number}": item(number) for number in numbers},
            "segments": {
                f"s{number // 2}": {"match": {"attribute": "age", "is_at_least": number}}
                for number in numbers
                if number % 2 == 0
            },
        }
        (folder / f"{file}.yaml").write_text(yaml.safe_dump(document, sort_keys=False))


def test_one_changed_file_of_fifty_is_compiled_alone(tmp_path, monkeypatch):
    compiled_items = []
    validate_item = items.validate_item

    def validate_and_note(kind, raw):
        compiled_items.append(kind)
        return validate_item(kind, raw)

    monkeypatch.setattr(items, "validate_item", validate_and_note)
    write(tmp_path)
    compiled = compile_documents(read_paths(tmp_path), {})
    assert not compiled.problems
    assert len(compiled_items) == FILES * EACH * 3 // 2
    compiled_items.clear()
    changed = tmp_path / "7.yaml"
    changed.write_text(changed.read_text() + "\n")
    again = compile_documents(read_paths(tmp_path), compiled.history)
    assert again.id == compiled.id
    assert len(compiled_items) == EACH * 3 // 2
