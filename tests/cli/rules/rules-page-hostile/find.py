"""Each text has to stand in places of its own: of names, rules and descriptions."""

import html.parser
import sys

from texts import TEXTS


class Texts(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = [""]

    def handle_starttag(self, tag, attrs):
        self.found.append("")

    def handle_endtag(self, tag):
        self.found.append("")

    def handle_data(self, data):
        self.found[-1] += data


reader = Texts()
reader.feed(sys.stdin.buffer.read().decode("utf-8"))
for text in TEXTS:
    # a list's name stands with each rule, a subnet's on both sides of the map
    if reader.found.count(text) < 8:
        print("lost: %r" % text)
    if not any(found.startswith("ingress tcp " + text) for found in reader.found):
        print("lost as a peer: %r" % text)
