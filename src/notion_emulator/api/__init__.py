"""The HTTP side: routes that read a request, ask the workspace and write Notion's answer.

The rule: no behaviour of Notion lives here beyond what HTTP itself says: paths, headers,
versions, tokens and envelopes.
"""
