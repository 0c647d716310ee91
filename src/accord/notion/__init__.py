"""The left wing: everything that knows Notion.

Rule: nobody outside speaks with Notion. ``calls``, ``binding``, ``codec``, ``stamping`` and
``writing`` are pure; ``client`` sends, at the pace that ``pacer`` allows; ``feed`` walks a data
source; ``survey`` finds the data sources; ``replica`` joins them into what the mover asks for.
"""
