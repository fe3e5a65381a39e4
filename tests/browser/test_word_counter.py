"""The counter beside a field and the server count alike: the script of the page runs in Chromium against the function."""

import json
import random
import sys
import unicodedata

from shared.text import nfc, word_count
from shared.ui.manifest import DIST

SENTENCE = "Rút ngắn 30 % thời gian – từ 15 xuống 10 ngày – ở “một cửa”; 1.000 m², ki-ốt… 👩\u200d💻 Đường đến ½ Ⅷ"
SEAMS = [
    "", " ", "\u00a0", "\r\n", "\r", "\n", "\t", "\v", "\f", "\u0085", "\u2028", "\u2029", "\u3000", "\u1680", "\u202f", "\u205f",
    "\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u061c", "\ufeff", "\u00ad", "\u202e", "\u2066", "\u2063", "\u206a",
    "\ufff9", "\U000e0041", "\x00", "\x1c", "\x1f", "\x7f", "\x9f", "—", " — ", "–", "-", "_", ".", "…", "\u0301", "\u0302\u0323",
    "😀", "🇻🇳", "٣", "中文", "مرحبا", "Ⅷ", "²", "\ufe0f", "\u3164", "\u180e", "\u034f",
]  # fmt: skip


def _assigned() -> list[str]:
    """Every sign that this Python knows; a browser may know a newer Unicode."""
    return [sign for sign in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(sign) not in ("Cn", "Cs")]


def _samples() -> list[str]:
    chance, signs = random.Random(20191015), _assigned()
    words = SENTENCE.split() + unicodedata.normalize("NFD", SENTENCE).split()
    made = [
        "".join(chance.choice(words) + chance.choice(SEAMS) for _ in range(chance.randint(0, 40))) for _ in range(600)
    ]
    made += ["".join(chance.choices(signs, k=60)) for _ in range(300)]
    made += [f"a{sign}b {sign} {sign}\u0301" for sign in signs if ord(sign) < 0x3400]
    made += [
        " ".join(signs),
        "ư" * 1_000_000,
        "từ " * 300_000,
        unicodedata.normalize("NFD", "tiếng " * 100_000),
        "\ud800 x",
    ]
    return made


def test_the_counter_of_the_page_and_the_server_agree_on_every_text(style_guide, open_page) -> None:
    page, samples = open_page(f"{style_guide}/bieu-mau.html"), _samples()
    script = "/static/dist/" + json.loads((DIST / "manifest.json").read_text())["word-count.js"]
    counted = page.evaluate(
        "async ([url, texts]) => { const m = await import(url); return JSON.parse(texts).map(t => [m.wordCount(t), m.characterCount(t)]); }",
        [script, json.dumps(samples)],
    )
    here = [[word_count(text), len(nfc(text))] for text in samples]
    differing = [
        (ascii(text[:60]), there, ours)
        for text, there, ours in zip(samples, counted, here, strict=True)
        if there != ours
    ]
    assert differing == []
