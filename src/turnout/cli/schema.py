"""`turnout schema`: the JSON Schema of the documents, for editors."""

# ruff: noqa: PLC0415 - what is heavy is imported when it is needed


def schema() -> None:
    """Print the JSON Schema of the documents, for editors and other tools."""
    from turnout.cli.output import print_json
    from turnout.documents import json_schema

    print_json(json_schema())
