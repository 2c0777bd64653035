"""What the compiler knows of templates is what they are."""

from turnout.compiler.query_parameters import TEMPLATES
from turnout.segments.templates import templates


def test_the_compiler_knows_each_template_and_its_parameters():
    found = {
        name: (
            {one.name for one in made.parameters if one.required},
            {one.name for one in made.parameters if not one.required},
        )
        for name, made in templates().items()
    }
    assert {name: tuple(map(set, shape)) for name, shape in TEMPLATES.items()} == found
