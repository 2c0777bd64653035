"""`turnout.segments.credentials`: what a library says of a secret is not told on."""

from urllib.parse import quote

import pytest

from turnout.segments.credentials import Hidden

KEY = "-----BEGIN KEY-----\nMIIEvgIBADANBg\nkqhkiG9w0BAQEF\n-----END KEY-----"


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("p@ss/word 1", "no role `p@ss/word 1`"),
        ("p@ss/word 1", f"bad url x://me:{quote('p@ss/word 1', safe='')}@host"),
        ("p@ss/word 1", "bad form password=p%40ss%2Fword+1"),
        ("a\tlong\\one", "got 'a\\tlong\\\\one'"),
        (KEY, f"no key: {' '.join(KEY.split())}"),
        (KEY, "line 2 is wrong: MIIEvgIBADANBg"),
        (KEY, repr(KEY)),
    ],
)
def test_a_secret_is_hidden_in_every_form(secret, said):
    hidden = Hidden()
    assert hidden.add(secret) == secret
    told = hidden.out_of(said)
    assert "•••" in told
    for part in ("word", "long", "MIIE", "kqhk"):
        assert part not in told.replace("password=", "")


def test_what_hides_nothing_stays():
    hidden = Hidden()
    hidden.add("443")
    assert hidden.out_of("port 443 is closed") == "port 443 is closed"
