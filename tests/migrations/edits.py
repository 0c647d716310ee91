"""What developers do to models: the edits of the scripted series, one idea each.

Rule: an edit is text in the place of text, as an editor writes it; undone, it is the same the other
way round.
"""

from __future__ import annotations

from tests.migrations.project import MODELS, ROOT, Edit

_REWARDS = (ROOT / "models" / MODELS[1]).read_text().partition("\n\n\nclass RewardBounty(")[2]

_ROOM = '''class Room(Collection, title="Rooms", table="rooms", env="NOTION_ROOMS_DB", number=17):
    """A room of the gallery."""

    name: str | None = notion.title()
    contacts: list[UUID] = notion.relations("ContactProfile")


'''

_ALL = (
    Edit(
        "new_field",
        [
            (
                "    actual_time: float | None = notion.number()\n",
                (
                    "    actual_time: float | None = notion.number()\n"
                    '    budget: float | None = notion.number(doc="In euro.")\n'
                    "    billed: bool = notion.checkbox()\n"
                ),
            )
        ],
    ),
    Edit(
        "text_to_number",
        [
            (
                "    rate_limits: str | None = notion.rich_text()",
                "    rate_limits: float | None = notion.number(bounds=(0, 100))",
            )
        ],
    ),
    Edit(
        "number_to_text",
        [
            (
                "    estimated_time: float | None = notion.number()",
                "    estimated_time: str | None = notion.rich_text()",
            )
        ],
    ),
    Edit(
        "one_option_to_many",
        [
            (
                "    trigger_type: str | None = notion.select(",
                "    trigger_type: list[str] = notion.multi_select(",
            )
        ],
    ),
    Edit(
        "new_relation",
        [
            (
                "    stakeholders: list[UUID] = notion.people()\n",
                (
                    "    stakeholders: list[UUID] = notion.people()\n"
                    '    asked_by: list[UUID] = notion.relations("ContactProfile")\n'
                    '    first_task_id: UUID | None = notion.relation("Task")\n'
                ),
            )
        ],
    ),
    Edit(
        "many_to_one",
        [
            (
                'subtasks: list[UUID] = notion.relations("Task", target="subtask_id",',
                'subtask_id: UUID | None = notion.relation("Task", renamed_from="subtasks",',
            )
        ],
    ),
    Edit(
        "one_to_many",
        [
            (
                '    assigned_agent_id: UUID | None = notion.relation("Agent")',
                (
                    "    assigned_agents: list[UUID] = "
                    'notion.relations("Agent", renamed_from="assigned_agent_id")'
                ),
            )
        ],
    ),
    Edit(
        "renamed_field",
        [
            (
                "    postal_code: str | None = notion.rich_text()\n",
                '    zip_code: str | None = notion.rich_text(renamed_from="postal_code")\n',
            ),
            (
                '    external_ids: str | None = notion.rich_text(\n        title="External IDs",',
                (
                    "    foreign_ids: str | None = notion.rich_text(\n"
                    '        renamed_from="External IDs",'
                ),
            ),
            (
                '    external_ids_json: Json = json_of("external_ids")',
                '    foreign_ids_json: Json = json_of("foreign_ids")',
            ),
        ],
    ),
    Edit(
        "renamed_database",
        [
            (
                '    title="Master Tasks Database",\n    table="tasks",\n',
                '    title="Work",\n    table="work_items",\n    renamed_from="tasks",\n',
            ),
            ("  from public.tasks t", "  from public.work_items t"),
        ],
    ),
    Edit(
        "removed_fields",
        [
            ("    company: str | None = notion.rich_text()\n", ""),
            (
                '    related_workflows: list[UUID] = notion.relations("Workflow")\n    sample_',
                "    sample_",
            ),
        ],
    ),
    Edit("removed_database", [(f"\n\n\nclass RewardBounty({_REWARDS}", "\n")]),
    Edit("new_database", [("class ContactProfile(\n", f"{_ROOM}class ContactProfile(\n")]),
    Edit(
        "new_option",
        [
            (
                '"Draft, Scheduled, Active, Paused, Completed, Cancelled"',
                '"Draft, Scheduled, Active, Paused, Completed, Cancelled, Kept"',
            )
        ],
        drawn=False,
    ),
    Edit(
        "bounds",
        [
            ("        bounds=(0, 100), doc=", "        bounds=(0, 50), doc="),
            (
                "    execution_count: float | None = notion.number()",
                "    execution_count: float | None = notion.number(bounds=(0, 10))",
            ),
        ],
    ),
    Edit(
        "json_on_and_off",
        [
            ('    platform_ids_json: Json = json_of("platform_ids")\n', ""),
            (
                "    endpoints_used: str | None = notion.rich_text()\n",
                (
                    "    endpoints_used: str | None = notion.rich_text()\n"
                    '    endpoints_used_json: Json = json_of("endpoints_used")\n'
                ),
            ),
        ],
    ),
    Edit(
        "other_words",
        [('"""A program that works for the businesses."""', '"""A program at work."""')],
    ),
    Edit(
        "other_side_owns",
        [
            (
                'primary_workflows: list[UUID] = notion.relations("Workflow", two_way=',
                'primary_workflows: list[UUID] = notion.relations("Workflow", mirrors=',
            ),
            (
                'notion.relations("BusinessEntity", mirrors="primary_workflows")',
                'notion.relations("BusinessEntity", two_way="primary_workflows")',
            ),
        ],
    ),
)

_NOTION_IS_THE_SAME = {
    "many_to_one",
    "one_to_many",
    "renamed_field",
    "renamed_database",
    "new_option",
    "json_on_and_off",
    "other_words",
    "other_side_owns",
}

#: Edits after which Notion is as the models say, though it stays as it is.
IN_STEP = tuple(edit for edit in _ALL if edit.name in _NOTION_IS_THE_SAME)
#: Edits that somebody has to make in Notion too.
OTHERS = tuple(edit for edit in _ALL if edit.name not in _NOTION_IS_THE_SAME)
