"""Pages: their sizes, and tokens that belong to one query."""

import pytest

from turnout.control.failures import InvalidArgument
from turnout.control.paging import read_page
from turnout.control.v1 import flag_pb2, layer_pb2


def asked(**fields):
    return flag_pb2.ListFlagsRequest(**fields)


@pytest.mark.parametrize(("size", "given"), [(0, 100), (1, 1), (1000, 1000)])
def test_a_size_is_taken(size, given):
    assert read_page(asked(page_size=size)).size == given


@pytest.mark.parametrize("size", [-1, 1001, 2**31 - 1])
def test_a_size_out_of_bounds_is_refused(size):
    with pytest.raises(InvalidArgument, match=f"not `{size}`") as refused:
        read_page(asked(page_size=size))
    assert refused.value.violations[0].field == "page_size"


def test_a_token_leads_on_in_its_query_with_pages_of_any_size():
    token = read_page(asked(filter="tags:a")).token("flag-ü")
    page = read_page(asked(filter="tags:a", page_token=token, page_size=7))
    assert (page.after, page.size) == ("flag-ü", 7)


@pytest.mark.parametrize(
    "request_",
    [
        flag_pb2.ListFlagsRequest(filter="tags:b"),
        flag_pb2.ListFlagsRequest(show_archived=True, filter="tags:a"),
        layer_pb2.ListLayersRequest(filter="tags:a"),
    ],
)
def test_a_token_of_another_query_is_refused(request_):
    request_.page_token = read_page(asked(filter="tags:a")).token("k")
    with pytest.raises(InvalidArgument, match="of another query") as refused:
        read_page(request_)
    assert refused.value.violations[0].field == "page_token"


@pytest.mark.parametrize("token", ["x", "!!!", "W10", "WzEsMl0", "bnVsbA", "ÿ"])
def test_what_never_was_a_token_is_refused(token):
    with pytest.raises(InvalidArgument, match="page token is refused"):
        read_page(asked(page_token=token))
