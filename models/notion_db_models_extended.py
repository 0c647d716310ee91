"""Six of the sixteen databases: the people, and what is offered to them.

Rule: declarations, no code. How to read them: accord.declare.
"""

from datetime import datetime
from uuid import UUID

from accord.declare import Collection, File, Json, json_of
from accord.declare import properties as notion


class ContactProfile(
    Collection,
    title="Contacts & Profiles",
    table="contacts_profiles",
    env="NOTION_CONTACTS_PROFILES_DB",
    number=2,
    readers_of="business_entity_id",
):
    """A person the Network deals with: lead, client, partner, vendor or staff."""

    full_name: str | None = notion.title()
    contact_id: str | None = notion.rich_text(title="Contact ID", id_prefix="CTCT-")
    email: str | None = notion.email()
    phone: str | None = notion.phone_number()
    contact_type: str | None = notion.select("Lead, Client, Partner, Vendor, Staff, Other")
    business_entity_id: UUID | None = notion.relation("BusinessEntity")
    lead_source: str | None = notion.select(
        "Website, Referral, Social Media, Event, Advertisement, Direct Contact, Other",
        doc="How the person first came to us.",
    )
    status: str | None = notion.select(
        "Active Lead, Qualified Lead, Active Client, Former Client, Inactive, Do Not Contact"
    )
    tags: list[str] = notion.multi_select("VIP, Needs Follow-up, Potential Upsell, New, Returning")
    date_added: datetime | None = notion.date(doc="When the person first became known to us.")
    last_interaction: datetime | None = notion.date()
    address: str | None = notion.rich_text()
    city: str | None = notion.rich_text()
    state_province: str | None = notion.rich_text(title="State/Province")
    country: str | None = notion.select()
    postal_code: str | None = notion.rich_text()
    company: str | None = notion.rich_text()
    job_title: str | None = notion.rich_text()
    notes: str | None = notion.rich_text()
    external_ids: str | None = notion.rich_text(
        title="External IDs", doc="The ids of this person in other systems, by system."
    )
    external_ids_json: Json = json_of("external_ids")

    needs_sync: bool | None = notion.formula(bool)
    days_since_last_interaction: float | None = notion.formula(float)
    last_modified: datetime | None = notion.last_edited_time()


class CommunityMember(
    Collection,
    title="Community Hub",
    table="community_members",
    env="NOTION_COMMUNITY_HUB_DB",
    number=3,
    readers_of="business_entity_id",
):
    """A membership of the community, on whichever platform the member is."""

    member_name: str | None = notion.title()
    member_id: str | None = notion.rich_text(title="Member ID", id_prefix="MEMBER-")
    contact_profile_id: UUID | None = notion.relation("ContactProfile")
    member_email: str | None = notion.email()
    join_date: datetime | None = notion.date()
    membership_level: str | None = notion.select("Standard, Premium, VIP, Founding Member, Trial")
    membership_status: str | None = notion.select("Active, Inactive, Pending, Expired, Suspended")
    primary_platform: str | None = notion.select("Circle.so, Discord, Slack, Facebook Group, Other")
    platform_ids: str | None = notion.rich_text(
        title="Platform IDs", doc="The ids of the member on each platform, by platform."
    )
    platform_ids_json: Json = json_of("platform_ids")
    engagement_score: float | None = notion.number(
        bounds=(0, 100), doc="How active the member is, from 0 to 100."
    )
    last_active_date: datetime | None = notion.date()
    interests: list[str] = notion.multi_select(
        "Art, Wellness, Consulting, Spirituality, Business, Technology"
    )
    badges: list[str] = notion.multi_select(
        "Early Adopter, Content Creator, Event Participant, Mentor, Regular Contributor"
    )
    business_entity_id: UUID | None = notion.relation("BusinessEntity")

    needs_sync: bool | None = notion.formula(bool)
    days_since_active: float | None = notion.formula(float)
    membership_age: float | None = notion.formula(float)
    last_modified: datetime | None = notion.last_edited_time()


class ProductService(
    Collection,
    title="Products & Services",
    table="products_services",
    env="NOTION_PRODUCTS_SERVICES_DB",
    number=4,
    readers_of="business_entity_id",
):
    """Something that a business sells: a product, a service, a course, a retreat."""

    name: str | None = notion.title()
    product_id: str | None = notion.rich_text(title="Product ID", id_prefix="PROD-")
    type: str | None = notion.select(
        "Course, Retreat, Workshop, Consultation, Art Piece, Digital Product, Physical Product, "
        "Membership, Service"
    )
    description: str | None = notion.rich_text()
    price: float | None = notion.number(number_format="dollar")
    status: str | None = notion.select("Active, Inactive, Coming Soon, Discontinued, Seasonal")
    inventory_count: float | None = notion.number()
    business_entity_id: UUID | None = notion.relation("BusinessEntity")
    integration_system: str | None = notion.select(
        "WooCommerce, Amelia, Acuity, Shopify, Manual, None",
        doc="The system that sells or books it.",
    )
    external_id: str | None = notion.rich_text(
        title="External ID", doc="Its id in the integration system."
    )
    images: list[File] = notion.files()
    booking_link: str | None = notion.url()
    duration_minutes: float | None = notion.number()
    categories: list[str] = notion.multi_select(
        "Wellness, Art, Education, Consulting, Digital, Physical"
    )
    tags: list[str] = notion.multi_select("Featured, Bestseller, New, Sale, Limited Edition")

    needs_sync: bool | None = notion.formula(bool)
    price_tier: str | None = notion.formula(str)
    is_physical: bool | None = notion.formula(bool)
    last_modified: datetime | None = notion.last_edited_time()


class MarketingCampaign(
    Collection,
    title="Marketing Campaigns",
    table="marketing_campaigns",
    env="NOTION_MARKETING_CAMPAIGNS_DB",
    number=6,
    readers_of="business_entity_id",
):
    """A campaign: whom it speaks to, through which channels, at what cost."""

    campaign_name: str | None = notion.title()
    campaign_id: str | None = notion.rich_text(title="Campaign ID", id_prefix="CAMP-")
    description: str | None = notion.rich_text()
    status: str | None = notion.select("Draft, Scheduled, Active, Paused, Completed, Cancelled")
    business_entity_id: UUID | None = notion.relation("BusinessEntity")
    campaign_type: str | None = notion.select(
        "Email, Social Media, Event, Content, Paid Advertising, Partnership, Promotion, PR"
    )
    start_date: datetime | None = notion.date()
    end_date: datetime | None = notion.date()
    target_audience: list[str] = notion.multi_select(
        "All Clients, Active Clients, Former Clients, Leads, Community Members, VIP, "
        "New Subscribers, Custom Segment"
    )
    channels: list[str] = notion.multi_select(
        "Email, Instagram, Facebook, Twitter, LinkedIn, TikTok, YouTube, Blog, Website, In-person"
    )
    budget: float | None = notion.number(number_format="dollar")
    content_pieces: str | None = notion.rich_text(doc="What is published, and where.")
    performance_metrics: str | None = notion.rich_text(
        doc="The figures by which the campaign is judged."
    )
    performance_metrics_json: Json = json_of("performance_metrics")
    goals: str | None = notion.rich_text()
    related_products: list[UUID] = notion.relations("ProductService")
    owner: list[UUID] = notion.people()
    workflow_instance_id: UUID | None = notion.relation("WorkflowInstance")

    needs_sync: bool | None = notion.formula(bool)
    campaign_duration: float | None = notion.formula(float)
    campaign_status_color: str | None = notion.formula(str)
    last_modified: datetime | None = notion.last_edited_time()


class FeedbackSurvey(
    Collection,
    title="Feedback & Surveys",
    table="feedback_surveys",
    env="NOTION_FEEDBACK_SURVEYS_DB",
    number=7,
    readers_of="business_entity_id",
):
    """One answer from a client: a review, a complaint, a survey response."""

    title: str | None = notion.title()
    feedback_id: str | None = notion.rich_text(title="Feedback ID", id_prefix="FDBK-")
    source: str | None = notion.select(
        "Typeform, Email, Website, In-person, Phone, Social Media, Review Site, Other"
    )
    contact_id: UUID | None = notion.relation("ContactProfile")
    related_product_service_id: UUID | None = notion.relation(
        "ProductService", title="Related Product/Service"
    )
    related_workflow_instance_id: UUID | None = notion.relation("WorkflowInstance")
    date_received: datetime | None = notion.date()
    business_entity_id: UUID | None = notion.relation("BusinessEntity")
    feedback_type: str | None = notion.select(
        "General Feedback, Product Review, Service Review, Suggestion, Complaint, Praise, "
        "Survey Response"
    )
    rating: float | None = notion.number()
    feedback_content: str | None = notion.rich_text()
    sentiment: str | None = notion.select("Positive, Neutral, Negative, Mixed")
    status: str | None = notion.select("New, In Review, Responded, Resolved, Archived")
    response: str | None = notion.rich_text(doc="What we answered.")
    response_date: datetime | None = notion.date()
    tags: list[str] = notion.multi_select(
        "Product Quality, Customer Service, Pricing, Delivery, Website, Staff, Facilities, "
        "Experience"
    )
    action_items: list[UUID] = notion.relations("Task", doc="The tasks that follow from it.")
    external_reference_id: str | None = notion.rich_text(
        title="External Reference ID", doc="The id of the answer in the system it came from."
    )

    needs_sync: bool | None = notion.formula(bool)
    response_time: str | None = notion.formula(str)
    days_since_received: float | None = notion.formula(float)
    last_modified: datetime | None = notion.last_edited_time()


class RewardBounty(
    Collection,
    title="Rewards & Bounties",
    table="rewards_bounties",
    env="NOTION_REWARDS_BOUNTIES_DB",
    number=8,
    readers_of="business_entity_id",
):
    """A reward that members and clients can earn."""

    reward_name: str | None = notion.title()
    reward_id: str | None = notion.rich_text(title="Reward ID", id_prefix="RWD-")
    description: str | None = notion.rich_text()
    reward_type: str | None = notion.select(
        "Loyalty Reward, Community Bounty, Referral Bonus, Achievement Badge, Discount, "
        "Free Product/Service, Early Access, Special Event, Cash Reward"
    )
    status: str | None = notion.select("Active, Inactive, Seasonal, Limited Time, Expired, Draft")
    points_value: float | None = notion.number()
    monetary_value: float | None = notion.number(number_format="dollar")
    business_entity_id: UUID | None = notion.relation("BusinessEntity")
    eligibility_criteria: str | None = notion.rich_text()
    start_date: datetime | None = notion.date()
    end_date: datetime | None = notion.date()
    redemption_count: float | None = notion.number(doc="How often it was redeemed so far.")
    maximum_redemptions: float | None = notion.number()
    related_products: list[UUID] = notion.relations("ProductService")
    target_audience: list[str] = notion.multi_select(
        "All Clients, VIP Clients, New Clients, Community Members, Staff, Partners, "
        "Specific Segment"
    )
    redemption_instructions: str | None = notion.rich_text()
    redemption_code: str | None = notion.rich_text(doc="What a client types in to redeem it.")
    image: list[File] = notion.files()

    needs_sync: bool | None = notion.formula(bool)
    redemption_percentage: float | None = notion.formula(float)
    days_remaining: str | None = notion.formula(str)
    last_modified: datetime | None = notion.last_edited_time()
