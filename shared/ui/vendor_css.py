"""Turns the prebuilt GOV.UK stylesheet into ours: our font, line heights for stacked Vietnamese marks, no unused parts."""

import re
from collections.abc import Iterator

# Parts that belong to gov.uk alone, or that the kit has its own form of.
_UNUSED = re.compile(
    r"\.govuk-(?:header|generic-header|service-navigation|footer|cookie-banner|exit-this-page|phase-banner|"
    r"accordion|tabs|clearfix|main-wrapper)"
)
_LINE_HEIGHT = re.compile(r"line-height:(1\.\d+)")
# The vendor sets headings at 1.04 to 1.2 and running text at 1.25 to 1.32.
_HEADINGS_BELOW = 1.25
# The bare sans-serif is what the vendor prints with.
_FAMILY = re.compile(r"font-family:(?:GDS Transport(?:,arial,sans-serif)?|sans-serif)(?=[;}])")


def _blocks(css: str) -> Iterator[tuple[str, str | None]]:
    """(selector or at-rule, body) of each top-level rule; the body is None for a statement such as @charset."""
    start = place = 0
    while place < len(css):
        if css[place] == ";":
            yield css[start:place], None
            start = place = place + 1
            continue
        if css[place] != "{":
            place += 1
            continue
        head, opened, depth = css[start:place], place + 1, 1
        while depth:
            place += 1
            depth += {"{": 1, "}": -1}.get(css[place], 0)
        yield head, css[opened:place]
        start = place = place + 1


def pruned(css: str) -> str:
    """`css` without the rules (also inside @media and @supports) whose every selector is of an unused part."""
    kept = []
    for head, body in _blocks(css):
        if body is None:
            kept.append(head + ";")
        elif head.startswith(("@media", "@supports")):
            inner = pruned(body)
            kept.append(f"{head}{{{inner}}}" if inner else "")
        elif head != "@font-face" and not all(_UNUSED.search(one) for one in head.split(",")):
            kept.append(f"{head}{{{body}}}")
    return "".join(kept)


def _roomier(found: re.Match[str]) -> str:
    # Ế, Ộ, Ẵ carry two marks above a capital: below 1.3 they touch the line before.
    return f"line-height:{1.35 if float(found[1]) < _HEADINGS_BELOW else 1.55}"


def adapted(css: str, family: str) -> str:
    """The vendor stylesheet with `family` in place of the licensed font and without what we do not use."""
    css = _FAMILY.sub(f'font-family:"{family}",system-ui,sans-serif', pruned(css))
    return _LINE_HEIGHT.sub(_roomier, css).replace("font-weight:700", "font-weight:600")
