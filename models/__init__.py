"""The sixteen databases of The HigherSelf Network: one class each, and nothing else.

Rule: a class here is the one place where its database is described.
"""

from models.notion_db_models import (
    Agent,
    AgentCommunication,
    ApiIntegration,
    BusinessEntity,
    DataTransformation,
    NotificationTemplate,
    Task,
    UseCase,
    Workflow,
    WorkflowInstance,
)
from models.notion_db_models_extended import (
    CommunityMember,
    ContactProfile,
    FeedbackSurvey,
    MarketingCampaign,
    ProductService,
    RewardBounty,
)

__all__ = [
    "Agent",
    "AgentCommunication",
    "ApiIntegration",
    "BusinessEntity",
    "CommunityMember",
    "ContactProfile",
    "DataTransformation",
    "FeedbackSurvey",
    "MarketingCampaign",
    "NotificationTemplate",
    "ProductService",
    "RewardBounty",
    "Task",
    "UseCase",
    "Workflow",
    "WorkflowInstance",
]
