"""Bodies of items, as the store keeps them."""

RULE = {"match": {"attribute": "plan", "is": "pro"}}


def flag(**fields):
    """A flag with the variants `on` and `off`."""
    return {"variants": {"on": True, "off": False}, "default": "off", **fields}


def split(on, off, **more):
    """A flag with one rule, which splits."""
    return flag(rules=[{"name": "ramp", "split": {"on": on, "off": off}, **more}])


def experiment(control="50%", green="50%", **fields):
    """An experiment with the variants `control` and `green`."""
    variants = {
        "control": {"weight": control, "value": False},
        "green": {"weight": green, "value": True},
    }
    return {"variants": variants, **fields}
