"""Enhanced markdown: blocks as text and text as blocks.

The rule: pure text work without a workspace. What is written out and read again gives the same
blocks, as far as the format can say them; what it cannot say stands there as ``<unknown>``.
"""
