"""Labels and papers as PDF: pages with a grid of labels, each with text and a barcode.

Drawn with ReportLab, which the extra `simulator` brings. The same labels give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from stockpool.errors import ConfigurationError

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

MM = 72 / 25.4
LETTER = (612.0, 792.0)
A4 = (210 * MM, 297 * MM)
THERMAL = (288.0, 432.0)
"""4 by 6 inches."""

_MARGIN = 8.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page's size in points and how many labels are on it, side by side and below one another."""

    size: tuple[float, float]
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Label:
    """One label.

    Attributes:
        lines: of text, from the top.
        code: drawn as Code 128 with its text below; empty: none.
        square_code: drawn as a QR code; empty: none.
    """

    lines: Sequence[str]
    code: str = ""
    square_code: str = ""


def pdf(title: str, sheet: Sheet, labels: Sequence[Label]) -> bytes:
    """A document with these labels, as many pages as it takes.

    Raises:
        ConfigurationError: without ReportLab.
    """
    try:
        from reportlab.pdfgen.canvas import Canvas
    except ImportError:
        raise ConfigurationError(
            "the simulator's labels need: pip install 'stockpool[simulator]'"
        ) from None
    file = BytesIO()
    canvas = Canvas(file, pagesize=sheet.size, pageCompression=0, invariant=1)
    canvas.setTitle(title)
    width, height = sheet.size[0] / sheet.columns, sheet.size[1] / sheet.rows
    each = sheet.columns * sheet.rows
    for place, label in enumerate(labels):
        if place and not place % each:
            canvas.showPage()
        row, column = divmod(place % each, sheet.columns)
        _draw(canvas, label, column * width, sheet.size[1] - (row + 1) * height, width, height)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def _draw(
    canvas: Canvas, label: Label, left: float, bottom: float, width: float, height: float
) -> None:
    inner_width, inner_height = width - 2 * _MARGIN, height - 2 * _MARGIN
    bands = len(label.lines) + 4 * bool(label.code) + 6 * bool(label.square_code)
    line = min(14.0, inner_height / max(1, bands))
    size = line * 0.8
    y = bottom + height - _MARGIN
    for text in label.lines:
        y -= line
        canvas.setFont("Helvetica", size)
        canvas.drawString(left + _MARGIN, y, _fitting(canvas, text, size, inner_width))
    if label.code:
        y -= 4 * line
        _draw_code_128(canvas, label.code, left + _MARGIN, y, inner_width, line)
    if label.square_code:
        side = min(6 * line, inner_width)
        _draw_square(canvas, label.square_code, left + _MARGIN, y - side, side)


def _fitting(canvas: Canvas, text: str, size: float, width: float) -> str:
    # The fonts that every reader has know Latin letters only.
    shown = text.encode("latin-1", "replace").decode("latin-1")
    while shown and canvas.stringWidth(shown, "Helvetica", size) > width:
        shown = shown[:-1]
    return shown


def _draw_code_128(
    canvas: Canvas, code: str, left: float, bottom: float, width: float, line: float
) -> None:
    from reportlab.graphics.barcode.code128 import Code128

    # A character of Code 128 is 11 bars wide; start, check and stop come besides.
    bar = width / (11 * (len(code) + 3) + 22)
    barcode = Code128(code, barWidth=bar, barHeight=2.5 * line, quiet=True)
    barcode.drawOn(canvas, left, bottom + line)
    canvas.setFont("Helvetica", line * 0.8)
    canvas.drawString(left, bottom, code)


def _draw_square(canvas: Canvas, code: str, left: float, bottom: float, side: float) -> None:
    from reportlab.graphics import renderPDF
    from reportlab.graphics.barcode.qr import QrCodeWidget
    from reportlab.graphics.shapes import Drawing

    widget = QrCodeWidget(code, barWidth=side, barHeight=side)
    drawing = Drawing(side, side)
    drawing.add(widget)
    renderPDF.draw(drawing, canvas, left, bottom)
