"""What a page of vcnrules says, as a reader of HTML gets it.

page.py PART... <HTML: writes each PART's texts, one a line, cells separated by " | ":

    head      the sentence and the numbers
    todo      what to do: the first line of each, and with "why" what it rests on
    traffic   the map, with its heads
    services  the bars' numbers
    rules     each row: its classes, then its cells

Before all else it fails if the page could load or run anything but its own style
and script, or if a tag is not closed.
"""

import base64
import hashlib
import html.parser
import re
import sys

VOID = {"meta", "link", "br", "input", "rect"}
ADDRESSES = {"src", "href", "action", "data", "srcset", "formaction", "poster"}


class Node:
    def __init__(self, tag, attributes, parent):
        self.tag, self.attributes, self.parent = tag, dict(attributes), parent
        self.children = []  # nodes and texts

    def text(self):
        return "".join(c if isinstance(c, str) else c.text() for c in self.children)

    def find(self, wanted):
        """All nodes below of a tag, or with "#" an id."""
        for child in self.children:
            if isinstance(child, str):
                continue
            if child.tag == wanted or "#" + child.attributes.get("id", "") == wanted:
                yield child
            yield from child.find(wanted)


class Reader(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.top = self.at = Node("", [], None)
        self.faults = []

    def handle_starttag(self, tag, attrs):
        node = Node(tag, attrs, self.at)
        if len(attrs) != len(node.attributes):
            self.faults.append("an attribute of <%s> twice" % tag)
        self.at.children.append(node)
        if tag not in VOID:
            self.at = node

    def handle_startendtag(self, tag, attrs):
        self.at.children.append(Node(tag, attrs, self.at))

    def handle_endtag(self, tag):
        if self.at.tag != tag:
            self.faults.append("</%s> in <%s>" % (tag, self.at.tag))
        else:
            self.at = self.at.parent

    def handle_data(self, data):
        self.at.children.append(data)


def sha256(text):
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def walk(node):
    yield node
    for child in node.children:
        if not isinstance(child, str):
            yield from walk(child)


def faults_of(top):
    policy = next(n.attributes["content"] for n in top.find("meta")
                  if n.attributes.get("http-equiv") == "Content-Security-Policy")
    if not policy.startswith("default-src 'none';"):
        yield "the policy lets something be loaded: " + policy
    if policy.count("-src ") != 4 or "unsafe" in policy:
        yield "the policy is wider than it should be: " + policy
    for tag in ("style", "script"):
        found = list(top.find(tag))
        if len(found) != 1:
            yield "%d <%s>" % (len(found), tag)
        elif "%s-src 'sha256-%s'" % (tag, sha256(found[0].text())) not in policy:
            yield "the policy does not name this <%s>" % tag
    ids = [n.attributes["id"] for n in walk(top) if "id" in n.attributes]
    if len(ids) != len(set(ids)):
        yield "an id twice"
    for node in walk(top):
        for name, value in node.attributes.items():
            if name.startswith("on") or name == "style":
                yield "<%s %s=%r>" % (node.tag, name, value)
            if name in ADDRESSES and value != "data:," and not (
                    value.startswith("#") and value[1:] in ids):
                yield "<%s> leads to %r" % (node.tag, value)


def words(node):
    """A text on one line; what is no blank between words stays as it is."""
    return re.sub(r"[ \n\t]+", " ", node.text()).strip()


def show(top, part):
    if part == "head":
        for node in top.find("header"):
            for line in [*node.find("p"), *node.find("dl")]:
                if line.tag == "p":
                    print(words(line))
                    continue
                for pair in line.find("div"):
                    print(" ", ": ".join(words(c) for c in pair.children))
    elif part in ("todo", "why"):
        for section in top.find("#todo"):
            for item in section.find("li"):
                print(item.attributes["class"] + ":",
                      *[words(h) for h in item.find("h3")])
                for reason in item.find("p") if part == "why" else ():
                    print("   ", words(reason))
            for line in section.children:
                if not isinstance(line, str) and line.tag == "p":
                    print(words(line))
    else:
        for section in top.find("#" + part):
            for node in walk(section):
                if node.tag == "caption":
                    print("==", words(node))
                if node.tag == "tr":
                    cells = [words(c) for c in node.children
                             if not isinstance(c, str)]
                    classes = node.attributes.get("class")
                    print(" | ".join(([classes] if classes else []) + cells).rstrip())


def main():
    reader = Reader()
    # as bytes that are no text would be shown
    reader.feed(sys.stdin.buffer.read().decode("utf-8"))
    reader.close()
    faults = reader.faults + list(faults_of(reader.top))
    if reader.at is not reader.top:
        faults.append("<%s> is not closed" % reader.at.tag)
    print("".join(fault + "\n" for fault in faults), end="")
    for part in sys.argv[1:]:
        show(reader.top, part)
    return 1 if faults else 0


sys.exit(main())
