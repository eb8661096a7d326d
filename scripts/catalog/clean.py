"""Lets only a closed list of HTML reach a page; it is applied last."""

from __future__ import annotations

import nh3

from catalog.colours import TOKEN_CLASSES
from catalog.links import ANCHOR, Links

TAGS = """
    a abbr b blockquote br caption code dd del details div dl dt em figcaption figure h2 h3 h4 h5 h6
    hr i img ins kbd li mark ol p pre q s samp small span strong sub summary sup table tbody td
    tfoot th thead tr u ul var
    math menclose mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms
    mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none"""
ATTRIBUTES = {
    "*": {"id", "title", "lang", "dir"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "details": {"open"},
    "math": {"display"},
    "mo": {"stretchy", "fence", "separator", "form", "minsize", "maxsize", "lspace", "rspace"},
    "mi": {"mathvariant"},
    "mspace": {"width", "linebreak"},
    "mfrac": {"linethickness"},
    "mover": {"accent"},
    "munder": {"accentunder"},
    "mtable": {"columnalign", "rowspacing", "columnspacing"},
    "mtd": {"columnalign"},
}
ALERTS = ("note", "tip", "important", "warning", "caution")
CLASSES = {
    "span": {name for name in TOKEN_CLASSES.values() if name},
    "div": {"scroll", "markdown-alert", *(f"markdown-alert-{kind}" for kind in ALERTS)},
    "p": {"markdown-alert-title"},
    "li": {"task-list-item"},
    "ol": {"footnotes"},
    "td": {"left", "right", "center"},
    "th": {"left", "right", "center"},
}
SCROLLS = {"tabindex": {"0"}, "role": {"group"}, "aria-label": {"Table", "Code"}}


def clean(html: str, section: str, links: Links) -> str:
    """The last word on a card's HTML: nothing is changed in it after this."""

    def lead(tag: str, name: str, value: str) -> str | None:
        if name == "href":
            return links.href(section, value)
        if name == "src":
            return links.src(section, value)
        return value

    return nh3.clean(
        html,
        tags=set(TAGS.split()),
        attributes=ATTRIBUTES,
        attribute_filter=lead,
        allowed_classes=CLASSES,
        tag_attribute_values={"div": SCROLLS, "pre": SCROLLS},
        url_schemes={"http", "https", "mailto", "data"},
        id_prefix=ANCHOR,
        link_rel="noopener noreferrer",
    )
