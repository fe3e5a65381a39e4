"""Writes Vietnamese as old fonts and wrong readers do: the inverse of what is tested, by tables of its own."""

import re

_TCVN3 = dict(
    zip(
        "ăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵĂÂÊÔƠƯĐ",
        bytes.fromhex(
            "a8a9aaabacadaeb5b6b7b8b9bbbcbdbec6c7c8c9cacbcccecfd0d1d2d3d4d5d6d7d8dcdddedfe1e2e3e4e5e6e7e8e9"
            "eaebecedeeeff1f2f3f4f5f6f7f8f9fafbfcfdfea1a2a3a4a5a6a7"
        ).decode("latin-1"),
        strict=True,
    )
)
_VNI: dict[str, str] = dict(
    re.findall(
        r"(\S)=(\S+)",
        "á=aù à=aø ả=aû ã=aõ ạ=aï â=aâ ấ=aá ầ=aà ẩ=aå ẫ=aã ậ=aä ă=aê ắ=aé ằ=aè ẳ=aú ẵ=aü ặ=aë é=eù è=eø ẻ=eû ẽ=eõ ẹ=eï"
        " ê=eâ ế=eá ề=eà ể=eå ễ=eã ệ=eä í=í ì=ì ỉ=æ ĩ=ó ị=ò ó=où ò=oø ỏ=oû õ=oõ ọ=oï ô=oâ ố=oá ồ=oà ổ=oå ỗ=oã ộ=oä ơ=ô"
        " ớ=ôù ờ=ôø ở=ôû ỡ=ôõ ợ=ôï ú=uù ù=uø ủ=uû ũ=uõ ụ=uï ư=ö ứ=öù ừ=öø ử=öû ữ=öõ ự=öï ý=yù ỳ=yø ỷ=yû ỹ=yõ ỵ=î đ=ñ",
    )
)


def tcvn3(text: str) -> str:
    """As a document in .VnTime shows when the font is gone; capitals with a tone have no code."""
    return "".join(_TCVN3.get(sign, _TCVN3.get(sign.lower(), sign)) for sign in text)


def vni(text: str) -> str:
    """As a document in VNI-Times shows when the font is gone."""
    return "".join(_capital(sign) if sign.isupper() else _VNI.get(sign, sign) for sign in text)


def _capital(sign: str) -> str:
    return _VNI.get(sign.lower(), sign.lower()).upper()


def misread(text: str, table: str = "cp1252") -> str:
    """UTF-8 taken for another table; codes that the table lacks become controls, as in a browser."""
    return "".join(bytes([code]).decode(table, "ignore") or chr(code) for code in text.encode())
