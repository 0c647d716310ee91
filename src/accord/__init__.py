"""accord keeps Notion databases and Postgres tables in agreement.

The rooms, from the bottom up: ``core`` decides and knows nothing of the world, ``notion`` and
``supabase`` are the two sides, ``sync`` moves records between them, ``app`` joins them, ``cli``
speaks with people. Imports run down, never in a circle.
"""

__version__ = "0.1.0"
