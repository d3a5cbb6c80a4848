"""The same letters as DOCX, for those who edit before they sign."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from consent.errors import NotBuiltError

if TYPE_CHECKING:
    from consent.letters import Block, Letter

__all__ = ["docx"]

_FONT: Final = "Times New Roman"
_HEAD_MM: Final = 85
_TEXT_MM: Final = 170


def docx(letter: Letter, *, at: datetime) -> bytes:
    """Write a letter.

    Raises:
        NotBuiltError: The package python-docx is not installed.
    """
    try:
        from docx import Document
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.oxml.ns import qn
        from docx.shared import Mm, Pt
    except ImportError:
        raise NotBuiltError(
            "writing DOCX needs the package python-docx (pip install consent[letters])"
        ) from None
    made = Document()
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(25), Mm(15)
    section.top_margin = section.bottom_margin = Mm(20)
    for name in ("Normal", "Heading 1", "Heading 2", "List Number"):
        style = made.styles[name]
        style.font.name = _FONT
        style.font.size = Pt(12)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(kind), _FONT)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)
    for lines, bold in ((letter.addressee, True), (letter.sender, False)):
        for line in lines:
            paragraph = made.add_paragraph()
            paragraph.paragraph_format.left_indent = Mm(_HEAD_MM)
            paragraph.paragraph_format.space_after = Pt(2)
            paragraph.add_run(line).bold = bold
    if letter.draft:
        section.header.paragraphs[0].text = "ЧЕРНОВИК"
    title = made.add_heading(letter.title, level=1)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for block in letter.blocks:
        _add(made, block)
    properties = made.core_properties
    properties.title, properties.author, properties.language = letter.title, "", "ru-RU"
    properties.created = properties.modified = at.astimezone(UTC).replace(tzinfo=None)
    properties.last_modified_by = ""
    properties.comments = ""
    out = io.BytesIO()
    made.save(out)
    return _dated(out.getvalue(), at)


def _add(made: Any, block: Block) -> None:  # noqa: ANN401  python-docx is optional
    from docx.shared import Mm, Pt

    if block.kind == "h":
        made.add_heading(block.text, level=2)
    elif block.kind in ("p", "note"):
        made.add_paragraph().add_run(block.text).bold = block.kind == "note"
    elif block.kind == "ol":
        # Numbers are text: a list of Word goes on counting where the one before ended.
        for place, item in enumerate(block.items, 1):
            made.add_paragraph(f"{place}. {item}")
    elif block.kind == "table":
        table = made.add_table(rows=0, cols=len(block.items), style="Table Grid")
        table.autofit = False
        for head, row in ((True, block.items), *((False, row) for row in block.rows)):
            cells = table.add_row().cells
            for cell, text, share in zip(cells, row, block.widths, strict=True):
                cell.width = Mm(_TEXT_MM * share)
                run = cell.paragraphs[0].add_run(text)
                run.bold, run.font.size = head, Pt(9)
        made.add_paragraph()
    elif block.kind == "sign":
        made.add_paragraph()
        made.add_paragraph(f"{block.items[0]}\t\t____________________ / {block.text} /")


def _dated(data: bytes, at: datetime) -> bytes:
    """The same archive with one time in all of its members: the same letter, the same bytes."""
    out = io.BytesIO()
    moment = at.astimezone(UTC)
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, moment.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(name))
    return out.getvalue()
