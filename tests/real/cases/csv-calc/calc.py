"""A flat sheet of LibreOffice: "rows", each a JSON array of what is shown in its
cells; "types" of the cells in each column, but for the first row."""

import collections
import json
import sys
import xml.etree.ElementTree

OPEN = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
OFFICE, TABLE, TEXT = OPEN % "office", OPEN % "table", OPEN % "text"


def shown(node):
    """What a paragraph holds; blanks that count are elements."""
    text = node.text or ""
    for child in node:
        name = child.tag.removeprefix(TEXT)
        text += {"s": " " * int(child.get(TEXT + "c", 1)), "tab": "\t",
                 "line-break": "\n"}.get(name) or shown(child)
        text += child.tail or ""
    return text


def rows(path):
    """Of each row its cells as (type, text)."""
    tree = xml.etree.ElementTree.parse(path)
    for row in tree.iter(TABLE + "table-row"):
        cells = []
        for cell in row.iter(TABLE + "table-cell"):
            kind = "formula" if cell.get(TABLE + "formula") else \
                cell.get(OFFICE + "value-type", "empty")
            text = "\n".join(shown(each) for each in cell.iter(TEXT + "p"))
            cells += [(kind, text)] * int(cell.get(TABLE + "number-columns-repeated", 1))
        for _ in range(int(row.get(TABLE + "number-rows-repeated", 1))):
            yield cells


def main(what, path):
    found = list(rows(path))
    width = max(index + 1 for cells in found for index, cell in enumerate(cells)
                if cell[1])
    if what == "rows":
        for cells in found:
            print(json.dumps([text for _, text in cells[:width]]))
        return
    for index in range(width):
        kinds = collections.Counter(cells[index][0] for cells in found[1:])
        print(found[0][index][1], *sorted(kinds))


main(*sys.argv[1:])
