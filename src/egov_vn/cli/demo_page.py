"""The page that the demo leaves: what was made, why, with pictures of the pages; in Vietnamese, readable on a phone."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from egov_vn.cli.demo_steps import STEPS, Exhibit

__all__ = ["render_page"]

_ABOUT: Mapping[str, str] = {
    "1": "Một cửa Cần Thơ (H13) nhận hồ sơ chứng thực bản sao lúc 09:00 thứ Năm 12/02/2026. Mã số hồ sơ được cấp, "
    "ngày hẹn được tính qua kỳ nghỉ Tết, giấy tiếp nhận được in.",
    "2": "Chỉ thị 11/CT-UBND (Cần Thơ, 2015) được đọc từ văn bản, trình bày lại theo Nghị định 30/2020/NĐ-CP, rồi "
    "ký số: người có thẩm quyền trước, cơ quan sau.",
    "3": "Bản ghi XML của hồ sơ được ký để ai nhận cũng kiểm tra được.",
    "4": "Mọi chữ ký được kiểm tra lại, không cần mạng, chỉ từ tệp và chứng thư gốc. Sau đó đổi đúng một byte: "
    "phải bị từ chối.",
    "5": "Hồ sơ và chỉ thị được đóng thành gói tin nộp lưu SIP theo Thông tư 05/2025/TT-BNV và được kiểm tra.",
}

_STYLE = """
:root{color-scheme:light dark;--line:#8885;--soft:#8881;--good:#127a3d;--link:#0b57b7}
@media(prefers-color-scheme:dark){:root{--good:#5fd38d;--link:#8ab8ff}}
*{box-sizing:border-box}
body{font:17px/1.55 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif;max-width:62rem;margin:0 auto;padding:1rem}
h1{font-size:1.6rem;line-height:1.25;margin:.5rem 0}
h2{font-size:1.2rem;margin:2.2rem 0 .4rem;border-top:1px solid var(--line);padding-top:1.2rem}
h2 span{display:inline-block;min-width:1.8rem;color:var(--good)}
a{color:var(--link)}
ul.files{list-style:none;padding:0;margin:.6rem 0}
ul.files li{padding:.5rem 0;border-bottom:1px solid var(--line)}
ul.files small{display:block;opacity:.8}
pre{background:var(--soft);padding:.8rem;white-space:pre-wrap;overflow-wrap:anywhere;font-size:.85rem;border-radius:.4rem}
.pages{display:flex;gap:.8rem;overflow-x:auto;padding:.4rem 0 1rem;scroll-snap-type:x proximity}
.pages img{height:22rem;width:auto;border:1px solid var(--line);background:#fff;scroll-snap-align:start;display:block}
footer{margin:3rem 0 1rem;font-size:.9rem;opacity:.85}
"""


def render_page(
    exhibits: Mapping[str, Sequence[Exhibit]], lines: Mapping[str, Sequence[str]], seconds: Mapping[str, float]
) -> str:
    """Return the page as one HTML document; every path in it is relative to the page."""
    parts = "".join(
        _section(number, name, exhibits.get(number, ()), lines.get(number, ()), seconds.get(number, 0.0))
        for number, name, _ in STEPS
    )
    return (
        '<!doctype html>\n<html lang="vi"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>egov_vn: một hồ sơ từ một cửa đến lưu trữ</title><style>{_STYLE}</style></head><body>"
        "<h1>Một hồ sơ, từ bộ phận một cửa đến lưu trữ</h1>"
        "<p>Mọi tệp dưới đây do thư viện <b>egov_vn</b> vừa tạo ra trên máy này từ hai đầu vào: "
        "một hồ sơ thủ tục 2.000815 với người nộp hư cấu, và một văn bản thật, Chỉ thị 11/CT-UBND ngày 08/7/2015 của "
        "Ủy ban nhân dân thành phố Cần Thơ.</p>"
        "<p>Khóa ký, con dấu và chữ ký là của một tổ chức chứng thực <b>thử nghiệm</b>: "
        "không có giá trị ngoài trang này.</p>"
        f"{parts}<footer>Kiểm tra lại bằng công cụ khác: <code>pdfsig 2-van-ban/chi-thi-da-ky.pdf</code>, "
        "<code>xmlsec1 --verify --trusted-pem chung-thu-thu-nghiem/goc.pem "
        "--untrusted-pem chung-thu-thu-nghiem/cap-duoi.pem --id-attr:Id "
        "http://uri.etsi.org/01903/v1.3.2#:SignedProperties 3-ban-ghi/ho-so-da-ky.xml</code>, "
        "<code>egov-vn archive check 5-luu-tru/uuid-…</code>.</footer></body></html>\n"
    )


def _section(number: str, name: str, exhibits: Sequence[Exhibit], lines: Sequence[str], seconds: float) -> str:
    files = "".join(
        f'<li><a href="{html.escape(item.path)}">{html.escape(item.title)}</a>'
        f"<small>{html.escape(item.about)}</small></li>"
        for item in exhibits
    )
    shown = "".join(
        f'<div class="pages">{"".join(_picture(item, path) for path in item.pictures)}</div>'
        for item in exhibits
        if item.pictures
    )
    said = html.escape("\n".join(lines))
    return (
        f'<section id="buoc-{number}"><h2><span>{number}.</span> {html.escape(name)}</h2>'
        f"<p>{html.escape(_ABOUT[number])} <small>({seconds:.1f} giây)</small></p>"
        f'<ul class="files">{files}</ul>{shown}<pre>{said}</pre></section>'
    )


def _picture(item: Exhibit, path: str) -> str:
    return (
        f'<a href="{html.escape(item.path)}"><img loading="lazy" src="{html.escape(path)}" '
        f'alt="{html.escape(item.title)}, ảnh trang"></a>'
    )
