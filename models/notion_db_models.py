"""Ten of the sixteen databases: the business entities, the work, and what supports it.

Rule: declarations, no code. How to read them: accord.declare.
"""

from datetime import datetime
from uuid import UUID

from accord.declare import Collection, Json, json_of
from accord.declare import properties as notion


class BusinessEntity(
    Collection,
    title="Business Entities Registry",
    table="business_entities",
    env="NOTION_BUSINESS_ENTITIES_DB",
    number=1,
    readers_of="id",
):
    """A business that The HigherSelf Network runs."""

    name: str | None = notion.title()
    entity_type: str | None = notion.select("CONSULTING_FIRM, ART_GALLERY, WELLNESS_CENTER")
    api_keys_reference: str | None = notion.rich_text(
        title="API Keys Reference", doc="Where the keys are kept, never the keys themselves."
    )
    primary_workflows: list[UUID] = notion.relations("Workflow", two_way="business_entities")
    active_agents: list[UUID] = notion.relations("Agent", two_way="business_entity_association")
    integration_status: str | None = notion.select("Active, Inactive, Pending, Error")

    needs_sync: bool | None = notion.formula(bool)
    days_since_sync: float | None = notion.formula(float)
    last_modified: datetime | None = notion.last_edited_time()


class WorkflowInstance(
    Collection,
    title="Workflow Instances",
    table="workflow_instances",
    env="NOTION_ACTIVE_WORKFLOW_INSTANCES_DB",
    number=5,
    readers_of="business_entity_id",
):
    """One run of a workflow, from its start date to its end date."""

    instance_name: str | None = notion.title()
    instance_id: str | None = notion.rich_text(title="Instance ID", id_prefix="INST-")
    workflow_id: UUID | None = notion.relation("Workflow")
    status: str | None = notion.select("Active, Completed, Error, On Hold, Cancelled")
    current_step: str | None = notion.rich_text()
    business_entity_id: UUID | None = notion.relation("BusinessEntity")
    contact_id: UUID | None = notion.relation("ContactProfile")
    start_date: datetime | None = notion.date()
    end_date: datetime | None = notion.date()
    step_history: str | None = notion.rich_text(doc="The steps taken so far, oldest first.")
    step_history_json: Json = json_of("step_history")
    data_payload: str | None = notion.rich_text(doc="The data that the instance works on.")
    data_payload_json: Json = json_of("data_payload")
    related_tasks: list[UUID] = notion.relations("Task", mirrors="related_workflow_instance_id")
    priority: str | None = notion.select("Low, Medium, High, Urgent")
    assigned_agent_id: UUID | None = notion.relation("Agent")
    source_system: str | None = notion.select(
        "Notion, Website, WooCommerce, Amelia, Acuity, Typeform, Manual, Other"
    )

    needs_sync: bool | None = notion.formula(bool)
    duration_days: float | None = notion.formula(float)
    sla_status: str | None = notion.formula(str, title="SLA Status", doc="Whether it is in time.")
    last_modified: datetime | None = notion.last_edited_time()


class Task(
    Collection,
    title="Master Tasks Database",
    table="tasks",
    env="NOTION_TASKS_DB",
    number=9,
    readers_of="related_business_entity_id",
):
    """A piece of work for somebody, by itself or as a part of a workflow instance."""

    task_name: str | None = notion.title()
    task_id: str | None = notion.rich_text(title="Task ID", id_prefix="TASK-")
    status: str | None = notion.select("To Do, In Progress, On Hold, Done, Cancelled")
    description: str | None = notion.rich_text()
    priority: str | None = notion.select("Low, Medium, High, Urgent")
    due_date: datetime | None = notion.date()
    assigned_to: list[UUID] = notion.people()
    related_workflow_instance_id: UUID | None = notion.relation(
        "WorkflowInstance", two_way="related_tasks"
    )
    related_business_entity_id: UUID | None = notion.relation("BusinessEntity")
    created_by: str | None = notion.rich_text()
    created_date: datetime | None = notion.date()
    last_edited_date: datetime | None = notion.date()
    completed_date: datetime | None = notion.date()
    tags: list[str] = notion.multi_select(
        "Client-facing, Internal, Technical, Creative, Administrative, Financial, Marketing, "
        "Urgent, Follow-up"
    )
    estimated_time: float | None = notion.number()
    actual_time: float | None = notion.number()
    dependencies: list[UUID] = notion.relations(
        "Task", target="dependency_id", doc="The tasks that have to be done before this one."
    )
    subtasks: list[UUID] = notion.relations("Task", target="subtask_id", doc="What it is made of.")
    notes: str | None = notion.rich_text()
    source: str | None = notion.select(
        "Manual, Workflow, Agent, System, Integration", doc="Where the task came from."
    )

    needs_sync: bool | None = notion.formula(bool)
    days_until_due: str | None = notion.formula(str)
    completion_time: str | None = notion.formula(str)
    last_modified: datetime | None = notion.last_edited_time()


class AgentCommunication(
    Collection,
    title="Agent Communication Patterns",
    table="agent_communication_patterns",
    env="NOTION_AGENT_COMMUNICATION_DB",
    number=10,
    group="support",
    key="agent_communication_pattern_id",
):
    """A way in which one agent talks to another."""

    pattern_name: str | None = notion.title()
    description: str | None = notion.rich_text()
    source_agent_id: UUID | None = notion.relation("Agent")
    target_agent_id: UUID | None = notion.relation("Agent")
    message_format: str | None = notion.rich_text(doc="The shape of a message, as a JSON document.")
    message_format_json: Json = json_of("message_format")
    communication_protocol: str | None = notion.select(
        "HTTP, Message Queue, WebSocket, Direct Function Call, Database Event, Webhook, Custom"
    )
    sample_payload: str | None = notion.rich_text(doc="One message, as an example.")
    sample_payload_json: Json = json_of("sample_payload")
    active_workflows_using: list[UUID] = notion.relations("Workflow")
    version: str | None = notion.rich_text()
    status: str | None = notion.select("Active, Deprecated, In Development, Testing, Archived")
    created_date: datetime | None = notion.date()
    last_updated: datetime | None = notion.date()
    success_criteria: str | None = notion.rich_text()
    error_handling: str | None = notion.rich_text()
    timeout_settings: float | None = notion.number()
    required_permissions: list[str] = notion.multi_select("Read, Write, Execute, Admin, System")
    tags: list[str] = notion.multi_select(
        "Core, Business Logic, Data Sync, Notification, Monitoring, Security"
    )
    documentation_url: str | None = notion.url(title="Documentation URL")

    needs_sync: bool | None = notion.formula(bool)
    days_since_updated: float | None = notion.formula(float)
    usage_count: float | None = notion.formula(float)
    last_modified: datetime | None = notion.last_edited_time()


class Agent(
    Collection,
    title="Agent Registry",
    table="agents",
    env="NOTION_AGENT_REGISTRY_DB",
    number=11,
    group="support",
    readers_of="business_entity_association",
):
    """A program that works for the businesses."""

    agent_name: str | None = notion.title()
    agent_id: str | None = notion.rich_text(title="Agent ID")
    description: str | None = notion.rich_text()
    version: str | None = notion.rich_text()
    status: str | None = notion.select("Deployed, Development, Inactive, Deprecated")
    capabilities: list[str] = notion.multi_select(
        "Booking Detection, Client Communication, Lead Processing, CRM Sync, "
        "Inventory Management, Task Creation, Workflow Management, Notification Dispatch, "
        "Content Generation, Learning Content Management, Transcription Processing"
    )
    primary_apis_utilized: list[str] = notion.multi_select(
        "NOTION_API, HUBSPOT_API, TYPEFORM_API, AIRTABLE_API, AMELIA_API, WOOCOMMERCE_API, "
        "TUTORLM_API, STRIPE_API, PLAUD_API",
        title="Primary APIs Utilized",
        doc="The services that the agent works with most.",
    )
    business_entity_association: list[UUID] = notion.relations(
        "BusinessEntity", mirrors="active_agents"
    )
    runtime_environment: str | None = notion.select(
        "Docker (HigherSelf Network Server), Serverless"
    )
    source_code_location: str | None = notion.rich_text()
    last_execution: datetime | None = notion.date()
    execution_count: float | None = notion.number()
    success_rate: float | None = notion.number(
        number_format="percent", doc="A fraction; 1: always."
    )
    communication_patterns: list[UUID] = notion.relations("AgentCommunication")
    api_integrations: list[UUID] = notion.relations(
        "ApiIntegration", two_way="agents_using", title="API Integrations"
    )
    data_transformations: list[UUID] = notion.relations(
        "DataTransformation", two_way="agents_using"
    )
    workflows: list[UUID] = notion.relations("Workflow", two_way="required_agents")
    owner: list[UUID] = notion.people()
    documentation_url: str | None = notion.url(title="Documentation URL")

    needs_sync: bool | None = notion.formula(bool)
    days_since_last_execution: str | None = notion.formula(str)
    api_count: float | None = notion.formula(float, title="API Count")
    last_modified: datetime | None = notion.last_edited_time()


class ApiIntegration(
    Collection,
    title="API Integrations Catalog",
    table="api_integrations",
    env="NOTION_API_INTEGRATIONS_DB",
    number=12,
    group="support",
    readers_of="business_entities",
):
    """A connection to an outside service."""

    integration_name: str | None = notion.title()
    integration_id: str | None = notion.rich_text(title="Integration ID", id_prefix="INT-")
    description: str | None = notion.rich_text()
    api_platform: str | None = notion.select(
        "NOTION_API, HUBSPOT_API, TYPEFORM_API, AIRTABLE_API, AMELIA_API, WOOCOMMERCE_API, "
        "TUTORLM_API, STRIPE_API, PLAUD_API, CIRCLE_API, BEEHIIV_API, CUSTOM_API",
        title="API Platform",
    )
    status: str | None = notion.select("Active, Deprecated, Planned, Under Test")
    api_version: str | None = notion.rich_text(title="API Version")
    auth_method: str | None = notion.select("API Key, OAuth, Bearer Token, Basic Auth, Custom")
    api_key_reference: str | None = notion.rich_text(
        title="API Key Reference", doc="Where the key is kept, never the key itself."
    )
    base_url: str | None = notion.url(title="Base URL")
    documentation_url: str | None = notion.url(title="Documentation URL")
    business_entities: list[UUID] = notion.relations("BusinessEntity")
    agents_using: list[UUID] = notion.relations("Agent", mirrors="api_integrations")
    rate_limits: str | None = notion.rich_text()
    endpoints_used: str | None = notion.rich_text()
    data_mapping: list[UUID] = notion.relations(
        "DataTransformation", two_way="related_api_integrations", doc="Between the service and us."
    )
    implementation_notes: str | None = notion.rich_text()
    last_tested: datetime | None = notion.date(doc="When the connection was last seen to work.")
    owner: list[UUID] = notion.people()
    tags: list[str] = notion.multi_select(
        "Core, CRM, E-commerce, Booking, Marketing, Content, Payment, Communication, Analytics"
    )

    needs_sync: bool | None = notion.formula(bool)
    days_since_tested: float | None = notion.formula(float)
    usage_count: float | None = notion.formula(float)
    last_modified: datetime | None = notion.last_edited_time()


class DataTransformation(
    Collection,
    title="Data Transformations Registry",
    table="data_transformations",
    env="NOTION_DATA_TRANSFORMATIONS_DB",
    number=13,
    group="support",
    readers_of="business_entities",
):
    """How data from one system becomes data for another."""

    transformation_name: str | None = notion.title()
    transformation_id: str | None = notion.rich_text(
        title="Transformation ID", id_prefix="TRANSFORM-"
    )
    description: str | None = notion.rich_text()
    source_format: str | None = notion.select(
        "JSON, XML, CSV, HTML, Plain Text, Database Record, API Response, Form Data, Custom"
    )
    target_format: str | None = notion.select(
        "JSON, XML, CSV, HTML, Plain Text, Database Record, API Request, Notion Page, Custom"
    )
    transformation_logic: str | None = notion.rich_text(doc="The rules, in words or in code.")
    sample_input: str | None = notion.rich_text()
    sample_output: str | None = notion.rich_text()
    source_system: str | None = notion.select(
        "Notion, HubSpot, Typeform, Airtable, WooCommerce, Amelia, Circle, Website, Manual Input, "
        "Custom"
    )
    target_system: str | None = notion.select(
        "Notion, HubSpot, Typeform, Airtable, WooCommerce, Amelia, Circle, Website, Email, Custom"
    )
    status: str | None = notion.select("Active, Deprecated, In Development, Testing, Archived")
    version: str | None = notion.rich_text()
    business_entities: list[UUID] = notion.relations("BusinessEntity")
    agents_using: list[UUID] = notion.relations("Agent", mirrors="data_transformations")
    related_api_integrations: list[UUID] = notion.relations(
        "ApiIntegration", mirrors="data_mapping", title="Related API Integrations"
    )
    created_date: datetime | None = notion.date()
    last_updated: datetime | None = notion.date()
    owner: list[UUID] = notion.people()
    tags: list[str] = notion.multi_select(
        "Core, CRM, E-commerce, Booking, Marketing, Content, Payment, Communication, Analytics"
    )

    needs_sync: bool | None = notion.formula(bool)
    days_since_updated: float | None = notion.formula(float)
    usage_count: float | None = notion.formula(float)
    last_modified: datetime | None = notion.last_edited_time()


class NotificationTemplate(
    Collection,
    title="Notifications Templates",
    table="notification_templates",
    env="NOTION_NOTIFICATIONS_TEMPLATES_DB",
    number=14,
    group="support",
    readers_of="business_entities",
):
    """The wording of a message that is sent when something happens."""

    template_name: str | None = notion.title()
    template_id: str | None = notion.rich_text(title="Template ID", id_prefix="NOTIF-")
    description: str | None = notion.rich_text()
    channel: str | None = notion.select(
        "Email, SMS, Slack, Push Notification, In-App, WhatsApp, Discord, Custom"
    )
    content_template: str | None = notion.rich_text()
    subject_template: str | None = notion.rich_text()
    supported_placeholders: str | None = notion.rich_text(doc="The names that it fills in.")
    business_entities: list[UUID] = notion.relations("BusinessEntity")
    trigger_event: str | None = notion.select(
        "New Lead, Booking Confirmation, Booking Reminder, Order Confirmation, Shipping Update, "
        "Payment Received, Task Assignment, Workflow Update, Survey Request, Custom Event",
        doc="What has to happen for the message to be sent.",
    )
    status: str | None = notion.select("Active, Inactive, Draft, Testing, Archived")
    version: str | None = notion.rich_text()
    created_by: list[UUID] = notion.people()
    created_date: datetime | None = notion.date()
    last_updated: datetime | None = notion.date()
    last_sent: datetime | None = notion.date()
    send_count: float | None = notion.number()
    related_workflows: list[UUID] = notion.relations("Workflow")
    sample_rendered_output: str | None = notion.rich_text()
    tags: list[str] = notion.multi_select(
        "Transactional, Marketing, Reminder, Alert, Confirmation, Welcome, Follow-up, Feedback"
    )

    needs_sync: bool | None = notion.formula(bool)
    days_since_updated: float | None = notion.formula(float)
    days_since_last_sent: str | None = notion.formula(str)
    last_modified: datetime | None = notion.last_edited_time()


class UseCase(
    Collection,
    title="Use Cases Library",
    table="use_cases",
    env="NOTION_USE_CASES_DB",
    number=15,
    group="support",
    readers_of="business_entities",
):
    """Something that a business wants to be able to do, and what it takes."""

    use_case_title: str | None = notion.title()
    use_case_id: str | None = notion.rich_text(title="Use Case ID", id_prefix="UC-")
    description: str | None = notion.rich_text()
    business_value: str | None = notion.rich_text(doc="What the business gains by it.")
    implementation_status: str | None = notion.select(
        "Planned, In Development, Implemented, Live, Deprecated, On Hold"
    )
    business_entities: list[UUID] = notion.relations("BusinessEntity")
    related_workflows: list[UUID] = notion.relations("Workflow", two_way="related_use_cases")
    required_integrations: list[UUID] = notion.relations("ApiIntegration")
    user_stories: str | None = notion.rich_text()
    acceptance_criteria: str | None = notion.rich_text()
    priority: str | None = notion.select("Critical, High, Medium, Low, Nice to Have")
    complexity: str | None = notion.select("Simple, Moderate, Complex, Very Complex")
    estimated_effort: str | None = notion.select(
        "Small (1-3 days), Medium (1-2 weeks), Large (2-4 weeks), X-Large (1+ months)"
    )
    stakeholders: list[UUID] = notion.people()
    created_date: datetime | None = notion.date()
    target_implementation_date: datetime | None = notion.date()
    actual_implementation_date: datetime | None = notion.date()
    tags: list[str] = notion.multi_select(
        "Client Experience, Operational Efficiency, Revenue Generation, Cost Reduction, "
        "Compliance, Reporting, Integration, Automation"
    )
    documentation_url: str | None = notion.url(title="Documentation URL")

    needs_sync: bool | None = notion.formula(bool)
    implementation_delay: float | None = notion.formula(float)
    workflow_coverage: str | None = notion.formula(str, doc="Whether there is a workflow for it.")
    last_modified: datetime | None = notion.last_edited_time()


class Workflow(
    Collection,
    title="Workflows Library",
    table="workflows",
    env="NOTION_WORKFLOWS_LIBRARY_DB",
    number=16,
    group="support",
    readers_of="business_entities",
):
    """A process that can be run again and again; each run is a workflow instance."""

    workflow_name: str | None = notion.title()
    workflow_id: str | None = notion.rich_text(title="Workflow ID", id_prefix="WF-")
    description: str | None = notion.rich_text()
    status: str | None = notion.select("Draft, Implemented, Active, Deprecated, Under Review")
    business_entities: list[UUID] = notion.relations("BusinessEntity", mirrors="primary_workflows")
    trigger_type: str | None = notion.select(
        "Manual, Form Submission, API Call, Scheduled, Event, Database Change, External System"
    )
    trigger_conditions: str | None = notion.rich_text()
    workflow_steps: str | None = notion.rich_text(doc="The steps, in order.")
    workflow_steps_json: Json = json_of("workflow_steps")
    required_integrations: list[UUID] = notion.relations("ApiIntegration")
    related_use_cases: list[UUID] = notion.relations("UseCase", mirrors="related_workflows")
    active_instances_count: float | None = notion.number()
    total_instances_count: float | None = notion.number()
    average_completion_time: float | None = notion.number()
    success_rate: float | None = notion.number(
        number_format="percent", doc="A fraction; 1: always."
    )
    version: str | None = notion.rich_text()
    created_date: datetime | None = notion.date()
    last_updated: datetime | None = notion.date()
    owner: list[UUID] = notion.people()
    required_agents: list[UUID] = notion.relations("Agent", mirrors="workflows")
    data_schema: str | None = notion.rich_text(doc="The data that an instance works on.")
    tags: list[str] = notion.multi_select(
        "Client Onboarding, Lead Nurturing, Order Processing, Content Creation, "
        "Booking Management, Feedback Collection, Reporting, Administrative"
    )
    documentation_url: str | None = notion.url(title="Documentation URL")

    needs_sync: bool | None = notion.formula(bool)
    days_since_updated: float | None = notion.formula(float)
    integration_count: float | None = notion.formula(float)
    last_modified: datetime | None = notion.last_edited_time()
