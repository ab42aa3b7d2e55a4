"""An error that carries a page of markup and a terminal's commands."""

raise RuntimeError("\x1b[2J\x1b]0;owned\x07<script>alert(1)</script><img src=x onerror=alert(1)>")
