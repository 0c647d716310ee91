"""What helps to test a replica or a project's models; nothing here is needed to run accord.

Rule: free of any test runner; `strategies` needs hypothesis.
"""
