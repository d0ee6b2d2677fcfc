"""small.gz: 10 MB of usual records; large.gz: 12 of nearly a mebibyte each."""

import gzip

RECORD = ('{"data":{"action":"ACCEPT","sourceAddress":"10.1.0.1",'
          '"destinationPort":443},"oracle":{"vnicsubnetocid":"s"},"more":%s}\n')

small = (RECORD % '"%s"' % ("x" * 900)).encode()
large = (RECORD % f"[{'1,' * 500000}1]").encode()
for name, record, count in (("small.gz", small, 10000), ("large.gz", large, 12)):
    with open(name, "wb") as file:
        file.write(gzip.compress(record * count, 6, mtime=0))
