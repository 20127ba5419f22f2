"""How much a file may hold: looked at before it is parsed, and counted while it is."""

FILE_BYTES = 2 * 1_048_576
ROWS = 2000
COLUMNS = 50
# A canned response has 2000 characters at most.
CELL_LENGTH = 10_000
# What a workbook may unpack to: those of 2000 long responses come to a few MB.
UNPACKED_BYTES = 20 * 1_048_576
PARTS = 200
