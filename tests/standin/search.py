"""Logging's search: what was logged, in pages, whatever the query."""

import json

from .wire import Reply

PATH = "/20190909/search"


class Search:
    """contents: the log records that a search finds."""

    def __init__(self, page_size=100):
        self.page_size = page_size
        self.contents = []

    def answer(self, request):
        if (request.method, request.path) != ("POST", PATH):
            return Reply(404, b'{"code":"NotFound","message":"no such path"}')
        query = json.loads(request.body)
        if not {"timeStart", "timeEnd", "searchQuery"} <= set(query):
            return Reply(400, b'{"code":"InvalidParameter","message":"query"}')
        size = min(int(request.query.get("limit", "100")), self.page_size)
        start = int(request.query.get("page", "0"))
        found = self.contents[start:start + size]
        body = {
            "summary": {"resultCount": len(found), "fieldCount": 1},
            "fields": [{"fieldName": "logContent", "fieldType": "NUMBER"}],
            "results": [{"data": {"datetime": 1, "logContent": content}}
                        for content in found]}
        reply = Reply(200, json.dumps(body).encode(),
                      [("Content-Type", "application/json")])
        if start + size < len(self.contents):
            reply.set("opc-next-page", str(start + size))
        return reply
