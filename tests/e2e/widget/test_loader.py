"""The lazy tag: at the first scroll or after N seconds, with neither at once."""

import pytest
from playwright.sync_api import expect

from tests.e2e.widget.conftest import OpenPage
from tests.e2e.widget.fake_server import FakeServer

TALL = '<main style="height: 4000px">Furniture</main>'


def test_without_attributes_at_once(shop: OpenPage) -> None:
    expect(shop(script="widget-loader.js").launcher).to_be_visible()


@pytest.mark.parametrize("value", ["", "soon", "-1"])
def test_a_number_that_is_none_does_not_keep_it_away(shop: OpenPage, value: str) -> None:
    widget = shop(script="widget-loader.js", attributes=f'data-load-after="{value}"')
    expect(widget.launcher).to_be_visible()


def test_after_seconds(shop: OpenPage) -> None:
    widget = shop(script="widget-loader.js", attributes='data-load-after="1"')
    widget.page.wait_for_timeout(400)
    expect(widget.launcher).to_have_count(0)
    expect(widget.launcher).to_be_visible()


def test_at_the_first_scroll(shop: OpenPage) -> None:
    widget = shop(script="widget-loader.js", attributes='data-load-on-scroll="1"', body=TALL)
    widget.page.wait_for_timeout(400)
    expect(widget.launcher).to_have_count(0)
    widget.page.mouse.wheel(0, 300)
    expect(widget.launcher).to_be_visible()


def test_whichever_is_first(shop: OpenPage) -> None:
    attributes = 'data-load-after="60" data-load-on-scroll="1"'
    widget = shop(script="widget-loader.js", attributes=attributes, body=TALL)
    widget.page.mouse.wheel(0, 300)
    expect(widget.launcher).to_be_visible()


def test_a_scroll_value_of_zero_means_no(shop: OpenPage) -> None:
    widget = shop(script="widget-loader.js", attributes='data-load-on-scroll="0"', body=TALL)
    expect(widget.launcher).to_be_visible()


def test_as_a_module(shop: OpenPage) -> None:
    expect(shop(script="widget-loader.js", attributes='type="module"').launcher).to_be_visible()


def test_a_tag_that_lost_its_token_says_so(shop: OpenPage, server: FakeServer) -> None:
    tag = f'<script src="{server.url}/static/messenger/widget-loader.js"></script>'
    widget = shop(script="widget-loader.js", times=0, body=tag)
    assert widget.faults.pop() == "Messenger: data-widget-token is missing"
    expect(widget.launcher).to_have_count(0)


def test_twice_is_one_chat_and_the_attributes_go_along(shop: OpenPage) -> None:
    widget = shop(script="widget-loader.js", times=2, attributes='data-locale="ru" data-position="left"')
    expect(widget.launcher).to_have_accessible_name("Открыть чат")
    widget.page.wait_for_timeout(200)
    expect(widget.launcher).to_have_count(1)
