"""An error that would clear the terminal, set its title, type an answer, and run in a browser."""

print("\x1b[2J\x1b]0;passed\x07 <script>alert(1)</script> \u202epassed\u202c \x00\x9b31m")
raise RuntimeError("\x1b[2J\x1b[32mPASSED \x1b]52;c;cm0gLXJm\x07 <script>alert(1)</script><img src=x onerror=y> \u202e 001")
