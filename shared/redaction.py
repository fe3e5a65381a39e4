"""Taking a person's name and addresses out of running text: exact occurrences, whatever their capitals. Pure."""

import re
import unicodedata
from collections.abc import Iterable

from shared.text import nfc

ERASED = "(đã xóa)"
_CONTACTS = re.compile(
    r"[A-Za-z0-9.!#$%&*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|(?<![\w/.-])(?:\+84|0)(?:[ .-]?\d){9}(?![\w-])"
)
_TYPED = re.compile(r"(input_value=).*?(, input_type=)", re.DOTALL)
"""How pydantic repeats what it refuses."""
_PHONE_SEPARATORS = r"[ .\-]?"
_NATIONAL = re.compile(r"\+84(\d{9,10})")


def spellings(name: str, email: str = "", phone: str = "") -> list[str]:
    """What to look for: the name when it has two words or more (one alone is also an ordinary word), the addresses."""
    return [one for one in (name if len(name.split()) > 1 else "", email, phone) if one]


def hide(text: str, words: Iterable[str], instead: str = ERASED) -> str:
    """`text` in which no word of `words` (NFC) is left; a phone number also as people write it, with 0 and gaps."""
    patterns = [_pattern(nfc(word)) for word in words if word.strip()]
    if not patterns or not text:
        return text
    # Decomposed text would hide a name from a pattern in NFC.
    whole = text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)
    return re.sub("|".join(sorted(patterns, key=len, reverse=True)), instead, whole, flags=re.IGNORECASE)


def _pattern(word: str) -> str:
    if number := _NATIONAL.fullmatch(word):
        return r"(?:\+84|\b84|\b0)" + "".join(_PHONE_SEPARATORS + digit for digit in number[1]) + r"(?!\d)"
    return r"(?<!\w)" + r"\s+".join(map(re.escape, word.split())) + r"(?!\w)"


def hide_contacts(text: str) -> str:
    """`text` without what looks like an e-mail address or a Vietnamese phone number, or was typed: for logs and reasons."""
    if "input_value=" in text:
        text = _TYPED.sub(r"\1***\2", text)
    return _CONTACTS.sub("***", text) if "@" in text or any(sign.isdigit() for sign in text) else text
