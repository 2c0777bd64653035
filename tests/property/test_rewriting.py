"""Whatever the layout of a document, fields are set in it and nothing else changes."""

import json
import random

import yaml

from turnout.documents import FieldChange, set_fields
from turnout.documents.document import read_document

NAMES = ["on", "off", "control", "a: b", "ü", "# x", "1", "null", "it's", 'say "x"', "- a", "😀"]
TEXTS = ["", "plain", "two\nlines\n", "a # b", "x: y", " spaces ", "é\u2028z", "long words " * 12]


def mapping(chance, value):
    return {name: value() for name in chance.sample(NAMES, chance.randint(1, 4))}


def document(chance):
    def weights():
        return mapping(chance, lambda: f"{chance.randint(0, 100)}%")

    def variant():
        return {"weight": "5%", "value": chance.choice([*TEXTS, None, 5, [1, [2]], {"deep": {}}])}

    rules = []
    for _ in range(chance.randint(1, 4)):
        rule = {"split": weights(), "name": chance.choice(TEXTS)}
        if chance.random() < 0.3:
            rule["ranges"] = chance.choice([None, {}, {"on": ["0%-5%"]}, {"a: b": [], "c": ["x"]}])
        rules.append(dict(chance.sample(list(rule.items()), len(rule))))
    return {
        "flags": {"f": {"description": chance.choice(TEXTS), "rules": rules}},
        "experiments": {"e": {"variants": mapping(chance, variant), "traffic": "5%"}},
    }


def written(chance, value):
    if chance.random() < 0.3:
        indent = chance.choice([None, 1, 4, "\t"])
        return json.dumps(value, indent=indent, ensure_ascii=chance.random() < 0.5), True
    text = yaml.safe_dump(
        value,
        default_flow_style=chance.choice([None, True, False]),
        indent=chance.choice([2, 4, 7]),
        width=chance.choice([10, 80, 1000]),
        allow_unicode=chance.random() < 0.7,
        sort_keys=False,
        line_break=chance.choice(["\n", "\r\n"]),
    )
    return text, False


def commented(chance, text):
    """Comments and empty lines at the ends of lines outside of texts, where they change nothing."""
    lines = text.splitlines(keepends=True)
    before = read_document(text.encode())
    for _ in range(5):
        at = chance.randrange(len(lines))
        indent = " " * chance.randrange(8)
        changed = [*lines[:at], f"{indent}# said\n", *lines[at:]]
        after = read_document("".join(changed).encode())
        same = [one.raw for one in after.items.values()] == [
            one.raw for one in before.items.values()
        ]
        if same and not after.faults:
            lines = changed
    return "".join(lines)


def test_every_layout_can_be_changed():
    chance = random.Random(11)
    only_kept = 0
    for _ in range(1500):
        value = document(chance)
        text, is_json = written(chance, value)
        if not is_json:
            text = commented(chance, text)
        changes = [
            FieldChange(("flags", "f", "rules", at), "ranges", "split", new_ranges(chance))
            for at in range(len(value["flags"]["f"]["rules"]))
            if chance.random() < 0.7
        ]
        changes.append(FieldChange(("experiments", "e"), "ranges", "variants", new_ranges(chance)))
        changed = set_fields(text, changes, is_json=is_json)
        found = read_document(changed.encode(), json=is_json)
        assert not found.faults
        for change in changes:
            raw = found.items[change.path[0].removesuffix("s"), change.path[1]].raw
            for step in change.path[2:]:
                raw = raw[step]
            assert raw["ranges"] == change.value
        if "ranges" not in text:  # nothing is replaced: every character is still there, in order
            left = iter(changed)
            assert all(character in left for character in text)
            only_kept += 1
        assert set_fields(changed, changes, is_json=is_json) == changed
    assert only_kept > 300


def new_ranges(chance):
    return {name: ["0%-5%", "7%-9.5%"][: chance.randint(0, 2)] for name in chance.sample(NAMES, 3)}
