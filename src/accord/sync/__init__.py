"""The mover: carries records between two replicas, and knows the hall alone.

Rule: notice, sight, plan, apply, remember, in this order, for both directions.
"""
