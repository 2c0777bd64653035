"""The stub says what the built module has."""

import ast
import inspect
from pathlib import Path

import pytest

import turnout
from turnout import _core

STUB = ast.parse((Path(turnout.__file__).parent / "_core.pyi").read_text())


def public(names):
    return {name for name in names if not name.startswith("_")}


def functions(body):
    return {node.name: node for node in body if isinstance(node, ast.FunctionDef)}


def classes():
    return {node.name: node for node in STUB.body if isinstance(node, ast.ClassDef)}


def is_property(node):
    return any(isinstance(d, ast.Name) and d.id == "property" for d in node.decorator_list)


def parameters(node):
    arguments = node.args
    named = [argument.arg for argument in arguments.posonlyargs + arguments.args]
    return [name for name in named + [a.arg for a in arguments.kwonlyargs] if name != "self"]


def test_the_names_are_those_of_the_module():
    assert public(vars(_core)) == set(classes()) | set(functions(STUB.body))


@pytest.mark.parametrize("name", classes())
def test_the_members_are_those_of_the_class(name):
    assert public(vars(getattr(_core, name))) == public(functions(classes()[name].body))


CALLS = [(None, name) for name in functions(STUB.body)] + [
    (owner, name)
    for owner, node in classes().items()
    for name, function in functions(node.body).items()
    if not is_property(function) and not name.startswith("__")
]


@pytest.mark.parametrize(("owner", "name"), CALLS)
def test_the_parameters_are_those_of_the_function(owner, name):
    body = classes()[owner].body if owner else STUB.body
    built = getattr(getattr(_core, owner) if owner else _core, name)
    signature = inspect.signature(built)
    assert [p for p in signature.parameters if p != "self"] == parameters(functions(body)[name])
