"""The learners' copies: solutions cut out, nothing leaked, what was changed kept."""
