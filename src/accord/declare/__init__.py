"""Declarations: pydantic classes that say what is kept in agreement.

Rule: the only room that knows pydantic. A declaration reads as staff speak, and a wrong one is
refused when it is imported, with all its problems.

    from uuid import UUID

    from accord.declare import Collection
    from accord.declare import properties as notion

    class Task(Collection, title="Master Tasks Database", table="tasks", env="NOTION_TASKS_DB"):
        '''A piece of work for somebody.'''

        task_name: str | None = notion.title()
        priority: str | None = notion.select("Low, Medium, High, Urgent")
        subtasks: list[UUID] = notion.relations("Task", target="subtask_id")

The attribute is the column; the property's title in Notion is the attribute in Title Case unless
``title=`` says otherwise. ``Task.model_validate(row)`` reads a row as SQL or PostgREST returns it.
"""

from accord.declare.collection import Collection
from accord.declare.load import load, load_schema
from accord.declare.properties import File, Json, json_of

__all__ = ["Collection", "File", "Json", "json_of", "load", "load_schema"]
