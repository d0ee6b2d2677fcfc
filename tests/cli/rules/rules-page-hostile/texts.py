TEXTS = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>",
         "' onclick='alert(1)", "`id` ${7*7} $(id)", "</style></table></main>",
         "&amp;&lt;&#60;&nbsp", "<!-- ", "]]>", "line\nfeed\rreturn\r\nboth\ttab",
         "bell\u0007escape\u001b[31m\u007f\u0085", "a\u202egnp.exe\u2066",
         "\u2028\u2029\ufeff\U0001f600", "javascript:alert(1)", "  blanks  "]
