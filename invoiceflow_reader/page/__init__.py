"""The structure of a page: words with boxes, cells, lines. Knows no PDF library and no invoice."""
