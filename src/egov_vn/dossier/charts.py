"""Charts for officers as inline SVG: no script, no outside file, figures written beside every bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

__all__ = ["Series", "columns", "stacked_bars"]

_LABEL, _WIDTH, _BAR, _STEP, _TOP = 210, 860, 18, 28, 46
_LONGEST: Final = 32


@dataclass(frozen=True, slots=True)
class Series:
    """One colour of a chart and what it stands for; the colours can be told apart by colour-blind readers."""

    name: str
    colour: str


def stacked_bars(
    rows: Sequence[tuple[str, Sequence[int]]], series: Sequence[Series], *, title: str, share: bool = False
) -> str:
    """Return one horizontal bar for each row, parted by *series*; with *share* every bar has the same length.

    *rows* are (label, one figure for each series). The total stands at the end of its bar.
    """
    peak = max((sum(values) for _, values in rows), default=0) or 1
    length = _WIDTH - _LABEL - 70
    height = _TOP + _STEP * len(rows) + 8
    parts = [_open(title, height), _legend(series)]
    for index, (label, values) in enumerate(rows):
        top, total = _TOP + index * _STEP, sum(values)
        parts.append(_text(_LABEL - 8, top + 13, _short(label), anchor="end", tip=label))
        left = float(_LABEL)
        for item, value in zip(series, values, strict=True):
            if value <= 0:
                continue
            width = value / ((total or 1) if share else peak) * length
            tip = escape(f"{label}: {item.name} {_number(value)}")
            parts.append(
                f'<rect x="{left:.1f}" y="{top}" width="{max(width, 0.8):.1f}" height="{_BAR}" fill="{item.colour}">'
                f"<title>{tip}</title></rect>"
            )
            left += width
        parts.append(_text(left + 6, top + 13, _number(total)))
    return "".join((*parts, "</svg>"))


def columns(rows: Sequence[tuple[str, int]], *, title: str, colour: str = "#0072B2") -> str:
    """Return one upright column for each (label, figure), the figure above it: for a run of periods."""
    peak = max((value for _, value in rows), default=0) or 1
    height, floor = 240, 200
    step = (_WIDTH - 40) / max(len(rows), 1)
    parts = [_open(title, height)]
    for index, (label, value) in enumerate(rows):
        tall = value / peak * 140
        left, middle = 20 + index * step + step * 0.15, 20 + index * step + step / 2
        parts.append(
            f'<rect x="{left:.1f}" y="{floor - tall:.1f}" width="{step * 0.7:.1f}" height="{tall:.1f}" fill="{colour}">'
            f"<title>{escape(f'{label}: {_number(value)}')}</title></rect>"
        )
        parts.append(_text(middle, floor - tall - 6, _number(value), anchor="middle"))
        parts.append(_text(middle, floor + 18, _short(label), anchor="middle", tip=label))
    return "".join((*parts, "</svg>"))


def _open(title: str, height: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="{escape(title)}" font-family="inherit" font-size="13"><title>{escape(title)}</title>'
        f'<text x="0" y="15" font-weight="bold" font-size="15">{escape(title)}</text>'
    )


def _legend(series: Sequence[Series]) -> str:
    # Five names must fit: the row of the legend starts at the left edge when there are many.
    parts, left = [], _LABEL if len(series) < 4 else 0
    for item in series:
        parts.append(f'<rect x="{left}" y="24" width="12" height="12" fill="{item.colour}"/>')
        parts.append(_text(left + 17, 35, item.name))
        left += 36 + 7 * len(item.name)
    return "".join(parts)


def _text(left: float, top: float, text: str, *, anchor: str = "start", tip: str = "") -> str:
    title = f"<title>{escape(tip)}</title>" if tip else ""
    return f'<text x="{left:.1f}" y="{top:.1f}" text-anchor="{anchor}">{escape(text)}{title}</text>'


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _number(value: int) -> str:
    return f"{value:,}".replace(",", ".")
