-- The tables of the synchronised Notion databases.
-- Written from the models; a change belongs there, not here.

-- == Tables: one for each Notion database

create table public.business_entities (
  id uuid primary key default gen_random_uuid(),
  notion_page_id uuid unique,
  name text,
  entity_type text,
  api_keys_reference text,
  integration_status text,
  needs_sync boolean,
  days_since_sync numeric,
  last_modified timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_synced_at timestamptz,
  deleted_at timestamptz,
  notion_extra jsonb not null default '{}'
);

create table public.contacts_profiles (
  id uuid primary key default gen_random_uuid(),
  notion_page_id uuid unique,
  full_name text,
  contact_id text,
  email text,
  phone text,
  contact_type text,
  business_entity_id uuid,
  lead_source text,
  status text,
  tags text[] not null default '{}',
  date_added timestamptz,
  last_interaction timestamptz,
  address text,
  city text,
  state_province text,
  country text,
  postal_code text,
  company text,
  job_title text,
  notes text,
  external_ids text,
  external_ids_json jsonb generated always as (sync.try_json_v1(external_ids)) stored,
  needs_sync boolean,
  days_since_last_interaction numeric,
  last_modified timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_synced_at timestamptz,
  deleted_at timestamptz,
  notion_extra jsonb not null default '{}'
);

create table public.community_members (
  id uuid primary key default gen_random_uuid(),
  notion_page_id uuid unique,
  member_name text,
  member_id text,
  contact_profile_id uuid,
  member_email text,
  join_date timestamptz,
  membership_level text,
  membership_status text,
  primary_platform text,
  platform_ids text,
  platform_ids_json jsonb generated always as (sync.try_json_v1(platform_ids)) stored,
  engagement_score numeric,
  last_active_date timestamptz,
  interests text[] not null default '{}',
  badges text[] not null default '{}',
  business_entity_id uuid,
  needs_sync boolean,
  days_since_active numeric,
  membership_age numeric,
  last_modified timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_synced_at timestamptz,
  deleted_at timestamptz,
  notion_extra jsonb not null default '{}',
  constraint community_members_engagement_score_range check (engagement_score >= 0 and engagement_score <= 100)
);

create table public.products_services (
  id uuid primary key default gen_random_uuid(),
  notion_page_id uuid unique,
  name text,
  product_id text,
  type text,
  description text,
  price numeric,
  status text,
  inventory_count numeric,
  business_entity_id uuid,
  integration_system text,
  external_id text,
  images jsonb not null default '[]',
  booking_link text,
  duration_minutes numeric,
  categories text[] not null default '{}',
  tags text[] not null default '{}',
  needs_sync boolean,
  price_tier text,
  is_physical boolean,
  last_modified timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_synced_at timestamptz,
  deleted_at timestamptz,
  notion_extra jsonb not null default '{}'
);

create table public.workflow_instances (
  id uuid primary key default gen_random_uuid(),
  notion_page_id uuid unique,
  instance_name text,
  instance_id text,
  workflow_id uuid,
  status text,
  current_step text,
  business_entity_id uuid,
  contact_id uuid,
  start_date timestamptz,
  end_date timestamptz,
  step_history text,
  step_history_json jsonb generated always as (sync.try_json_v1(step_history)) stored,
  data_payload text,
  data_payload_json jsonb generated always as (sync.try_json_v1(data_payload)) stored,
  priority text,
  assigned_agent_id uuid,
  source_system text,
  needs_sync boolean,
  duration_days numeric,
  sla_status text,
  last_modified timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_synced_at timestamptz,
  deleted_at timestamptz,
  notion_extra jsonb not null default '{}'
);

create table public.marketing_campaigns (
  id uuid primary key default gen_random_uuid(),
  notion_page_id uuid unique,
  campaign_name text,
  campaign_id text,
  description text,
  status text,
  business_entity_id uuid,
  campaign_type text,
  start_date timestamptz,
  end_date timestamptz,
  target_audience text[] not null default '{}',
  channels text[] not null default '{}',
  budget numeric,
  content_pieces text,
  performance_metrics text,
  performance_metrics_json jsonb generated always as (sync.try_json_v1(performance_metrics)) stored,
  goals text,
  owner uuid[] not null default '{}',
  workflow_instance_id uuid,
  needs_sync boolean,
  campaign_duration numeric,
  campaign_status_color text,
  last_modified timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_synced_at timestamptz,
  deleted_at timestamptz,
  notion_extra jsonb not null default '{}'
);

create table public.feedback_surveys (
  id uuid primary key default gen_random_uuid(),
  notion_page_id uuid unique,
  title text,
  feedback_id text,
  source text,
  contact_id uuid,
  related_product_service_id uuid,
  related_workflow_instance_id uuid,
  date_received timestamptz,
  business_entity_id uuid,
  feedback_type text,
  rating numeric,
  feedback_content text,
  sentiment text,
  status text,
  response text,
  response_date timestamptz,
  tags text[] not null default '{}',
  external_reference_id text,
  needs_sync boolean,
  response_time text,
  days_since_received numeric,
  last_modified timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_synced_at timestamptz,
  deleted_at timestamptz,
  notion_extra jsonb not null default '{}'
);

create table public.rewards_bounties (
  id uuid primary key default gen_random_uuid(),
  notion_page_id uuid unique,
  reward_name text,
  reward_id text,
  description text,
  reward_type text,
  status text,
  points_value numeric,
  monetary_value numeric,
  business_entity_id uuid,
  eligibility_criteria text,
  start_date timestamptz,
  end_date timestamptz,
  redemption_count numeric,
  maximum_redemptions numeric,
  target_audience text[] not null default '{}',
  redemption_instructions text,
  redemption_code text,
  image jsonb not null default '[]',
  needs_sync boolean,
  redemption_percentage numeric,
  days_remaining text,
  last_modified timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_synced_at timestamptz,
  deleted_at timestamptz,
  notion_extra jsonb not null default '{}'
);

create table public.tasks (
  id uuid primary key default gen_random_uuid(),
  notion_page_id uuid unique,
  task_name text,
  task_id text,
  status text,
  description text,
  priority text,
  due_date timestamptz,
  assigned_to uuid[] not null default '{}',
  related_workflow_instance_id uuid,
  related_business_entity_id uuid,
  created_by text,
  created_date timestamptz,
  last_edited_date timestamptz,
  completed_date timestamptz,
  tags text[] not null default '{}',
  estimated_time numeric,
  actual_time numeric,
  notes text,
  source text,
  needs_sync boolean,
  days_until_due text,
  completion_time text,
  last_modified timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_synced_at timestamptz,
  deleted_at timestamptz,
  notion_extra jsonb not null default '{}'
);

create table public.agent_communication_patterns (
  id uuid primary key default gen_random_uuid(),
  notion_page_id uuid unique,
  pattern_name text,
  description text,
  source_agent_id uuid,
  target_agent_id uuid,
  message_format text,
  message_format_json jsonb generated always as (sync.try_json_v1(message_format)) stored,
  communication_protocol text,
  sample_payload text,
  sample_payload_json jsonb generated always as (sync.try_json_v1(sample_payload)) stored,
  version text,
  status text,
  created_date timestamptz,
  last_updated timestamptz,
  success_criteria text,
  error_handling text,
  timeout_settings numeric,
  required_permissions text[] not null default '{}',
  tags text[] not null default '{}',
  documentation_url text,
  needs_sync boolean,
  days_since_updated numeric,
  usage_count numeric,
  last_modified timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_synced_at timestamptz,
  deleted_at timestamptz,
  notion_extra jsonb not null default '{}'
);

create table public.agents (
  id uuid primary key default gen_random_uuid(),
  notion_page_id uuid unique,
  agent_name text,
  agent_id text,
  description text,
  version text,
  status text,
  capabilities text[] not null default '{}',
  primary_apis_utilized text[] not null default '{}',
  runtime_environment text,
  source_code_location text,
  last_execution timestamptz,
  execution_count numeric,
  success_rate numeric,
  owner uuid[] not null default '{}',
  documentation_url text,
  needs_sync boolean,
  days_since_last_execution text,
  api_count numeric,
  last_modified timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_synced_at timestamptz,
  deleted_at timestamptz,
  notion_extra jsonb not null default '{}'
);

create table public.api_integrations (
  id uuid primary key default gen_random_uuid(),
  notion_page_id uuid unique,
  integration_name text,
  integration_id text,
  description text,
  api_platform text,
  status text,
  api_version text,
  auth_method text,
  api_key_reference text,
  base_url text,
  documentation_url text,
  rate_limits text,
  endpoints_used text,
  implementation_notes text,
  last_tested timestamptz,
  owner uuid[] not null default '{}',
  tags text[] not null default '{}',
  needs_sync boolean,
  days_since_tested numeric,
  usage_count numeric,
  last_modified timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_synced_at timestamptz,
  deleted_at timestamptz,
  notion_extra jsonb not null default '{}'
);

create table public.data_transformations (
  id uuid primary key default gen_random_uuid(),
  notion_page_id uuid unique,
  transformation_name text,
  transformation_id text,
  description text,
  source_format text,
  target_format text,
  transformation_logic text,
  sample_input text,
  sample_output text,
  source_system text,
  target_system text,
  status text,
  version text,
  created_date timestamptz,
  last_updated timestamptz,
  owner uuid[] not null default '{}',
  tags text[] not null default '{}',
  needs_sync boolean,
  days_since_updated numeric,
  usage_count numeric,
  last_modified timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_synced_at timestamptz,
  deleted_at timestamptz,
  notion_extra jsonb not null default '{}'
);

create table public.notification_templates (
  id uuid primary key default gen_random_uuid(),
  notion_page_id uuid unique,
  template_name text,
  template_id text,
  description text,
  channel text,
  content_template text,
  subject_template text,
  supported_placeholders text,
  trigger_event text,
  status text,
  version text,
  created_by uuid[] not null default '{}',
  created_date timestamptz,
  last_updated timestamptz,
  last_sent timestamptz,
  send_count numeric,
  sample_rendered_output text,
  tags text[] not null default '{}',
  needs_sync boolean,
  days_since_updated numeric,
  days_since_last_sent text,
  last_modified timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_synced_at timestamptz,
  deleted_at timestamptz,
  notion_extra jsonb not null default '{}'
);

create table public.use_cases (
  id uuid primary key default gen_random_uuid(),
  notion_page_id uuid unique,
  use_case_title text,
  use_case_id text,
  description text,
  business_value text,
  implementation_status text,
  user_stories text,
  acceptance_criteria text,
  priority text,
  complexity text,
  estimated_effort text,
  stakeholders uuid[] not null default '{}',
  created_date timestamptz,
  target_implementation_date timestamptz,
  actual_implementation_date timestamptz,
  tags text[] not null default '{}',
  documentation_url text,
  needs_sync boolean,
  implementation_delay numeric,
  workflow_coverage text,
  last_modified timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_synced_at timestamptz,
  deleted_at timestamptz,
  notion_extra jsonb not null default '{}'
);

create table public.workflows (
  id uuid primary key default gen_random_uuid(),
  notion_page_id uuid unique,
  workflow_name text,
  workflow_id text,
  description text,
  status text,
  trigger_type text,
  trigger_conditions text,
  workflow_steps text,
  workflow_steps_json jsonb generated always as (sync.try_json_v1(workflow_steps)) stored,
  active_instances_count numeric,
  total_instances_count numeric,
  average_completion_time numeric,
  success_rate numeric,
  version text,
  created_date timestamptz,
  last_updated timestamptz,
  owner uuid[] not null default '{}',
  data_schema text,
  tags text[] not null default '{}',
  documentation_url text,
  needs_sync boolean,
  days_since_updated numeric,
  integration_count numeric,
  last_modified timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_synced_at timestamptz,
  deleted_at timestamptz,
  notion_extra jsonb not null default '{}'
);


-- == The people of the Notion workspace

create table public.notion_users (
  id uuid primary key,
  name text,
  email text,
  avatar_url text,
  kind text not null default 'person',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);


-- == Links: one table for each relation to many

create table public.business_entities_primary_workflows (
  business_entity_id uuid not null references public.business_entities on delete cascade,
  workflow_id uuid not null references public.workflows on delete cascade,
  position int not null default 0,
  primary key (business_entity_id, workflow_id)
);
create index business_entities_primary_workflows_workflow_id_idx
  on public.business_entities_primary_workflows (workflow_id);

create table public.business_entities_active_agents (
  business_entity_id uuid not null references public.business_entities on delete cascade,
  agent_id uuid not null references public.agents on delete cascade,
  position int not null default 0,
  primary key (business_entity_id, agent_id)
);
create index business_entities_active_agents_agent_id_idx
  on public.business_entities_active_agents (agent_id);

create table public.marketing_campaigns_related_products (
  marketing_campaign_id uuid not null references public.marketing_campaigns on delete cascade,
  product_service_id uuid not null references public.products_services on delete cascade,
  position int not null default 0,
  primary key (marketing_campaign_id, product_service_id)
);
create index marketing_campaigns_related_products_product_service_id_idx
  on public.marketing_campaigns_related_products (product_service_id);

create table public.feedback_surveys_action_items (
  feedback_survey_id uuid not null references public.feedback_surveys on delete cascade,
  task_id uuid not null references public.tasks on delete cascade,
  position int not null default 0,
  primary key (feedback_survey_id, task_id)
);
create index feedback_surveys_action_items_task_id_idx
  on public.feedback_surveys_action_items (task_id);

create table public.rewards_bounties_related_products (
  reward_bounty_id uuid not null references public.rewards_bounties on delete cascade,
  product_service_id uuid not null references public.products_services on delete cascade,
  position int not null default 0,
  primary key (reward_bounty_id, product_service_id)
);
create index rewards_bounties_related_products_product_service_id_idx
  on public.rewards_bounties_related_products (product_service_id);

create table public.tasks_dependencies (
  task_id uuid not null references public.tasks on delete cascade,
  dependency_id uuid not null references public.tasks on delete cascade,
  position int not null default 0,
  primary key (task_id, dependency_id)
);
create index tasks_dependencies_dependency_id_idx
  on public.tasks_dependencies (dependency_id);

create table public.tasks_subtasks (
  task_id uuid not null references public.tasks on delete cascade,
  subtask_id uuid not null references public.tasks on delete cascade,
  position int not null default 0,
  primary key (task_id, subtask_id)
);
create index tasks_subtasks_subtask_id_idx
  on public.tasks_subtasks (subtask_id);

create table public.agent_communication_patterns_active_workflows_using (
  agent_communication_pattern_id uuid not null references public.agent_communication_patterns on delete cascade,
  workflow_id uuid not null references public.workflows on delete cascade,
  position int not null default 0,
  primary key (agent_communication_pattern_id, workflow_id)
);
create index agent_communication_patterns_active_workflows_usin_7761b7db_idx
  on public.agent_communication_patterns_active_workflows_using (workflow_id);

create table public.agents_communication_patterns (
  agent_id uuid not null references public.agents on delete cascade,
  agent_communication_pattern_id uuid not null references public.agent_communication_patterns on delete cascade,
  position int not null default 0,
  primary key (agent_id, agent_communication_pattern_id)
);
create index agents_communication_patterns_agent_communication__6776477e_idx
  on public.agents_communication_patterns (agent_communication_pattern_id);

create table public.agents_api_integrations (
  agent_id uuid not null references public.agents on delete cascade,
  api_integration_id uuid not null references public.api_integrations on delete cascade,
  position int not null default 0,
  primary key (agent_id, api_integration_id)
);
create index agents_api_integrations_api_integration_id_idx
  on public.agents_api_integrations (api_integration_id);

create table public.agents_data_transformations (
  agent_id uuid not null references public.agents on delete cascade,
  data_transformation_id uuid not null references public.data_transformations on delete cascade,
  position int not null default 0,
  primary key (agent_id, data_transformation_id)
);
create index agents_data_transformations_data_transformation_id_idx
  on public.agents_data_transformations (data_transformation_id);

create table public.agents_workflows (
  agent_id uuid not null references public.agents on delete cascade,
  workflow_id uuid not null references public.workflows on delete cascade,
  position int not null default 0,
  primary key (agent_id, workflow_id)
);
create index agents_workflows_workflow_id_idx
  on public.agents_workflows (workflow_id);

create table public.api_integrations_business_entities (
  api_integration_id uuid not null references public.api_integrations on delete cascade,
  business_entity_id uuid not null references public.business_entities on delete cascade,
  position int not null default 0,
  primary key (api_integration_id, business_entity_id)
);
create index api_integrations_business_entities_business_entity_id_idx
  on public.api_integrations_business_entities (business_entity_id);

create table public.api_integrations_data_mapping (
  api_integration_id uuid not null references public.api_integrations on delete cascade,
  data_transformation_id uuid not null references public.data_transformations on delete cascade,
  position int not null default 0,
  primary key (api_integration_id, data_transformation_id)
);
create index api_integrations_data_mapping_data_transformation_id_idx
  on public.api_integrations_data_mapping (data_transformation_id);

create table public.data_transformations_business_entities (
  data_transformation_id uuid not null references public.data_transformations on delete cascade,
  business_entity_id uuid not null references public.business_entities on delete cascade,
  position int not null default 0,
  primary key (data_transformation_id, business_entity_id)
);
create index data_transformations_business_entities_business_entity_id_idx
  on public.data_transformations_business_entities (business_entity_id);

create table public.notification_templates_business_entities (
  notification_template_id uuid not null references public.notification_templates on delete cascade,
  business_entity_id uuid not null references public.business_entities on delete cascade,
  position int not null default 0,
  primary key (notification_template_id, business_entity_id)
);
create index notification_templates_business_entities_business_entity_id_idx
  on public.notification_templates_business_entities (business_entity_id);

create table public.notification_templates_related_workflows (
  notification_template_id uuid not null references public.notification_templates on delete cascade,
  workflow_id uuid not null references public.workflows on delete cascade,
  position int not null default 0,
  primary key (notification_template_id, workflow_id)
);
create index notification_templates_related_workflows_workflow_id_idx
  on public.notification_templates_related_workflows (workflow_id);

create table public.use_cases_business_entities (
  use_case_id uuid not null references public.use_cases on delete cascade,
  business_entity_id uuid not null references public.business_entities on delete cascade,
  position int not null default 0,
  primary key (use_case_id, business_entity_id)
);
create index use_cases_business_entities_business_entity_id_idx
  on public.use_cases_business_entities (business_entity_id);

create table public.use_cases_related_workflows (
  use_case_id uuid not null references public.use_cases on delete cascade,
  workflow_id uuid not null references public.workflows on delete cascade,
  position int not null default 0,
  primary key (use_case_id, workflow_id)
);
create index use_cases_related_workflows_workflow_id_idx
  on public.use_cases_related_workflows (workflow_id);

create table public.use_cases_required_integrations (
  use_case_id uuid not null references public.use_cases on delete cascade,
  api_integration_id uuid not null references public.api_integrations on delete cascade,
  position int not null default 0,
  primary key (use_case_id, api_integration_id)
);
create index use_cases_required_integrations_api_integration_id_idx
  on public.use_cases_required_integrations (api_integration_id);

create table public.workflows_required_integrations (
  workflow_id uuid not null references public.workflows on delete cascade,
  api_integration_id uuid not null references public.api_integrations on delete cascade,
  position int not null default 0,
  primary key (workflow_id, api_integration_id)
);
create index workflows_required_integrations_api_integration_id_idx
  on public.workflows_required_integrations (api_integration_id);


-- == Relations to one: a column each, added last because they go in circles

alter table public.contacts_profiles
  add constraint contacts_profiles_business_entity_id_fkey
  foreign key (business_entity_id) references public.business_entities on delete set null;
create index contacts_profiles_business_entity_id_idx
  on public.contacts_profiles (business_entity_id);

alter table public.community_members
  add constraint community_members_contact_profile_id_fkey
  foreign key (contact_profile_id) references public.contacts_profiles on delete set null;
create index community_members_contact_profile_id_idx
  on public.community_members (contact_profile_id);

alter table public.community_members
  add constraint community_members_business_entity_id_fkey
  foreign key (business_entity_id) references public.business_entities on delete set null;
create index community_members_business_entity_id_idx
  on public.community_members (business_entity_id);

alter table public.products_services
  add constraint products_services_business_entity_id_fkey
  foreign key (business_entity_id) references public.business_entities on delete set null;
create index products_services_business_entity_id_idx
  on public.products_services (business_entity_id);

alter table public.workflow_instances
  add constraint workflow_instances_workflow_id_fkey
  foreign key (workflow_id) references public.workflows on delete set null;
create index workflow_instances_workflow_id_idx
  on public.workflow_instances (workflow_id);

alter table public.workflow_instances
  add constraint workflow_instances_business_entity_id_fkey
  foreign key (business_entity_id) references public.business_entities on delete set null;
create index workflow_instances_business_entity_id_idx
  on public.workflow_instances (business_entity_id);

alter table public.workflow_instances
  add constraint workflow_instances_contact_id_fkey
  foreign key (contact_id) references public.contacts_profiles on delete set null;
create index workflow_instances_contact_id_idx
  on public.workflow_instances (contact_id);

alter table public.workflow_instances
  add constraint workflow_instances_assigned_agent_id_fkey
  foreign key (assigned_agent_id) references public.agents on delete set null;
create index workflow_instances_assigned_agent_id_idx
  on public.workflow_instances (assigned_agent_id);

alter table public.marketing_campaigns
  add constraint marketing_campaigns_business_entity_id_fkey
  foreign key (business_entity_id) references public.business_entities on delete set null;
create index marketing_campaigns_business_entity_id_idx
  on public.marketing_campaigns (business_entity_id);

alter table public.marketing_campaigns
  add constraint marketing_campaigns_workflow_instance_id_fkey
  foreign key (workflow_instance_id) references public.workflow_instances on delete set null;
create index marketing_campaigns_workflow_instance_id_idx
  on public.marketing_campaigns (workflow_instance_id);

alter table public.feedback_surveys
  add constraint feedback_surveys_contact_id_fkey
  foreign key (contact_id) references public.contacts_profiles on delete set null;
create index feedback_surveys_contact_id_idx
  on public.feedback_surveys (contact_id);

alter table public.feedback_surveys
  add constraint feedback_surveys_related_product_service_id_fkey
  foreign key (related_product_service_id) references public.products_services on delete set null;
create index feedback_surveys_related_product_service_id_idx
  on public.feedback_surveys (related_product_service_id);

alter table public.feedback_surveys
  add constraint feedback_surveys_related_workflow_instance_id_fkey
  foreign key (related_workflow_instance_id) references public.workflow_instances on delete set null;
create index feedback_surveys_related_workflow_instance_id_idx
  on public.feedback_surveys (related_workflow_instance_id);

alter table public.feedback_surveys
  add constraint feedback_surveys_business_entity_id_fkey
  foreign key (business_entity_id) references public.business_entities on delete set null;
create index feedback_surveys_business_entity_id_idx
  on public.feedback_surveys (business_entity_id);

alter table public.rewards_bounties
  add constraint rewards_bounties_business_entity_id_fkey
  foreign key (business_entity_id) references public.business_entities on delete set null;
create index rewards_bounties_business_entity_id_idx
  on public.rewards_bounties (business_entity_id);

alter table public.tasks
  add constraint tasks_related_workflow_instance_id_fkey
  foreign key (related_workflow_instance_id) references public.workflow_instances on delete set null;
create index tasks_related_workflow_instance_id_idx
  on public.tasks (related_workflow_instance_id);

alter table public.tasks
  add constraint tasks_related_business_entity_id_fkey
  foreign key (related_business_entity_id) references public.business_entities on delete set null;
create index tasks_related_business_entity_id_idx
  on public.tasks (related_business_entity_id);

alter table public.agent_communication_patterns
  add constraint agent_communication_patterns_source_agent_id_fkey
  foreign key (source_agent_id) references public.agents on delete set null;
create index agent_communication_patterns_source_agent_id_idx
  on public.agent_communication_patterns (source_agent_id);

alter table public.agent_communication_patterns
  add constraint agent_communication_patterns_target_agent_id_fkey
  foreign key (target_agent_id) references public.agents on delete set null;
create index agent_communication_patterns_target_agent_id_idx
  on public.agent_communication_patterns (target_agent_id);


-- == Triggers: what people change is noticed; TRUNCATE, which cannot be, is refused

create trigger sync_touch before update on public.notion_users
  for each row when (
    row (
      old.name, old.email, old.avatar_url, old.kind
    ) is distinct from row (
      new.name, new.email, new.avatar_url, new.kind
    )
  )
  execute function sync.touch_v1();

create trigger sync_touch before update on public.business_entities
  for each row when (
    row (
      old.id, old.name, old.entity_type, old.api_keys_reference, old.integration_status,
      old.needs_sync, old.days_since_sync, old.last_modified, old.deleted_at, old.notion_extra
    ) is distinct from row (
      new.id, new.name, new.entity_type, new.api_keys_reference, new.integration_status,
      new.needs_sync, new.days_since_sync, new.last_modified, new.deleted_at, new.notion_extra
    )
  )
  execute function sync.touch_v1();
create trigger sync_take_page before insert on public.business_entities
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.keep_page_v1();
create trigger sync_keep_page before update of notion_page_id on public.business_entities
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.notion_page_id
    ) is distinct from row (
      new.notion_page_id
    )
  )
  execute function sync.keep_page_v1();
create trigger sync_mark after insert or delete on public.business_entities
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_row_v1();
create trigger sync_mark_update after update on public.business_entities
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.id, old.name, old.entity_type, old.api_keys_reference, old.integration_status,
      old.deleted_at, old.notion_extra
    ) is distinct from row (
      new.id, new.name, new.entity_type, new.api_keys_reference, new.integration_status,
      new.deleted_at, new.notion_extra
    )
  )
  execute function sync.mark_row_v1();
create trigger sync_refuse_truncate before truncate on public.business_entities
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_touch before update on public.contacts_profiles
  for each row when (
    row (
      old.id, old.full_name, old.contact_id, old.email, old.phone, old.contact_type,
      old.business_entity_id, old.lead_source, old.status, old.tags, old.date_added,
      old.last_interaction, old.address, old.city, old.state_province, old.country,
      old.postal_code, old.company, old.job_title, old.notes, old.external_ids, old.needs_sync,
      old.days_since_last_interaction, old.last_modified, old.deleted_at, old.notion_extra
    ) is distinct from row (
      new.id, new.full_name, new.contact_id, new.email, new.phone, new.contact_type,
      new.business_entity_id, new.lead_source, new.status, new.tags, new.date_added,
      new.last_interaction, new.address, new.city, new.state_province, new.country,
      new.postal_code, new.company, new.job_title, new.notes, new.external_ids, new.needs_sync,
      new.days_since_last_interaction, new.last_modified, new.deleted_at, new.notion_extra
    )
  )
  execute function sync.touch_v1();
create trigger sync_take_page before insert on public.contacts_profiles
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.keep_page_v1();
create trigger sync_keep_page before update of notion_page_id on public.contacts_profiles
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.notion_page_id
    ) is distinct from row (
      new.notion_page_id
    )
  )
  execute function sync.keep_page_v1();
create trigger sync_mark after insert or delete on public.contacts_profiles
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_row_v1();
create trigger sync_mark_update after update on public.contacts_profiles
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.id, old.full_name, old.contact_id, old.email, old.phone, old.contact_type,
      old.business_entity_id, old.lead_source, old.status, old.tags, old.date_added,
      old.last_interaction, old.address, old.city, old.state_province, old.country,
      old.postal_code, old.company, old.job_title, old.notes, old.external_ids, old.deleted_at,
      old.notion_extra
    ) is distinct from row (
      new.id, new.full_name, new.contact_id, new.email, new.phone, new.contact_type,
      new.business_entity_id, new.lead_source, new.status, new.tags, new.date_added,
      new.last_interaction, new.address, new.city, new.state_province, new.country,
      new.postal_code, new.company, new.job_title, new.notes, new.external_ids, new.deleted_at,
      new.notion_extra
    )
  )
  execute function sync.mark_row_v1();
create trigger sync_refuse_truncate before truncate on public.contacts_profiles
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_touch before update on public.community_members
  for each row when (
    row (
      old.id, old.member_name, old.member_id, old.contact_profile_id, old.member_email,
      old.join_date, old.membership_level, old.membership_status, old.primary_platform,
      old.platform_ids, old.engagement_score, old.last_active_date, old.interests, old.badges,
      old.business_entity_id, old.needs_sync, old.days_since_active, old.membership_age,
      old.last_modified, old.deleted_at, old.notion_extra
    ) is distinct from row (
      new.id, new.member_name, new.member_id, new.contact_profile_id, new.member_email,
      new.join_date, new.membership_level, new.membership_status, new.primary_platform,
      new.platform_ids, new.engagement_score, new.last_active_date, new.interests, new.badges,
      new.business_entity_id, new.needs_sync, new.days_since_active, new.membership_age,
      new.last_modified, new.deleted_at, new.notion_extra
    )
  )
  execute function sync.touch_v1();
create trigger sync_take_page before insert on public.community_members
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.keep_page_v1();
create trigger sync_keep_page before update of notion_page_id on public.community_members
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.notion_page_id
    ) is distinct from row (
      new.notion_page_id
    )
  )
  execute function sync.keep_page_v1();
create trigger sync_mark after insert or delete on public.community_members
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_row_v1();
create trigger sync_mark_update after update on public.community_members
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.id, old.member_name, old.member_id, old.contact_profile_id, old.member_email,
      old.join_date, old.membership_level, old.membership_status, old.primary_platform,
      old.platform_ids, old.engagement_score, old.last_active_date, old.interests, old.badges,
      old.business_entity_id, old.deleted_at, old.notion_extra
    ) is distinct from row (
      new.id, new.member_name, new.member_id, new.contact_profile_id, new.member_email,
      new.join_date, new.membership_level, new.membership_status, new.primary_platform,
      new.platform_ids, new.engagement_score, new.last_active_date, new.interests, new.badges,
      new.business_entity_id, new.deleted_at, new.notion_extra
    )
  )
  execute function sync.mark_row_v1();
create trigger sync_refuse_truncate before truncate on public.community_members
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_touch before update on public.products_services
  for each row when (
    row (
      old.id, old.name, old.product_id, old.type, old.description, old.price, old.status,
      old.inventory_count, old.business_entity_id, old.integration_system, old.external_id,
      old.images, old.booking_link, old.duration_minutes, old.categories, old.tags, old.needs_sync,
      old.price_tier, old.is_physical, old.last_modified, old.deleted_at, old.notion_extra
    ) is distinct from row (
      new.id, new.name, new.product_id, new.type, new.description, new.price, new.status,
      new.inventory_count, new.business_entity_id, new.integration_system, new.external_id,
      new.images, new.booking_link, new.duration_minutes, new.categories, new.tags, new.needs_sync,
      new.price_tier, new.is_physical, new.last_modified, new.deleted_at, new.notion_extra
    )
  )
  execute function sync.touch_v1();
create trigger sync_take_page before insert on public.products_services
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.keep_page_v1();
create trigger sync_keep_page before update of notion_page_id on public.products_services
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.notion_page_id
    ) is distinct from row (
      new.notion_page_id
    )
  )
  execute function sync.keep_page_v1();
create trigger sync_mark after insert or delete on public.products_services
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_row_v1();
create trigger sync_mark_update after update on public.products_services
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.id, old.name, old.product_id, old.type, old.description, old.price, old.status,
      old.inventory_count, old.business_entity_id, old.integration_system, old.external_id,
      old.images, old.booking_link, old.duration_minutes, old.categories, old.tags, old.deleted_at,
      old.notion_extra
    ) is distinct from row (
      new.id, new.name, new.product_id, new.type, new.description, new.price, new.status,
      new.inventory_count, new.business_entity_id, new.integration_system, new.external_id,
      new.images, new.booking_link, new.duration_minutes, new.categories, new.tags, new.deleted_at,
      new.notion_extra
    )
  )
  execute function sync.mark_row_v1();
create trigger sync_refuse_truncate before truncate on public.products_services
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_touch before update on public.workflow_instances
  for each row when (
    row (
      old.id, old.instance_name, old.instance_id, old.workflow_id, old.status, old.current_step,
      old.business_entity_id, old.contact_id, old.start_date, old.end_date, old.step_history,
      old.data_payload, old.priority, old.assigned_agent_id, old.source_system, old.needs_sync,
      old.duration_days, old.sla_status, old.last_modified, old.deleted_at, old.notion_extra
    ) is distinct from row (
      new.id, new.instance_name, new.instance_id, new.workflow_id, new.status, new.current_step,
      new.business_entity_id, new.contact_id, new.start_date, new.end_date, new.step_history,
      new.data_payload, new.priority, new.assigned_agent_id, new.source_system, new.needs_sync,
      new.duration_days, new.sla_status, new.last_modified, new.deleted_at, new.notion_extra
    )
  )
  execute function sync.touch_v1();
create trigger sync_take_page before insert on public.workflow_instances
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.keep_page_v1();
create trigger sync_keep_page before update of notion_page_id on public.workflow_instances
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.notion_page_id
    ) is distinct from row (
      new.notion_page_id
    )
  )
  execute function sync.keep_page_v1();
create trigger sync_mark after insert or delete on public.workflow_instances
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_row_v1();
create trigger sync_mark_update after update on public.workflow_instances
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.id, old.instance_name, old.instance_id, old.workflow_id, old.status, old.current_step,
      old.business_entity_id, old.contact_id, old.start_date, old.end_date, old.step_history,
      old.data_payload, old.priority, old.assigned_agent_id, old.source_system, old.deleted_at,
      old.notion_extra
    ) is distinct from row (
      new.id, new.instance_name, new.instance_id, new.workflow_id, new.status, new.current_step,
      new.business_entity_id, new.contact_id, new.start_date, new.end_date, new.step_history,
      new.data_payload, new.priority, new.assigned_agent_id, new.source_system, new.deleted_at,
      new.notion_extra
    )
  )
  execute function sync.mark_row_v1();
create trigger sync_refuse_truncate before truncate on public.workflow_instances
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_touch before update on public.marketing_campaigns
  for each row when (
    row (
      old.id, old.campaign_name, old.campaign_id, old.description, old.status,
      old.business_entity_id, old.campaign_type, old.start_date, old.end_date, old.target_audience,
      old.channels, old.budget, old.content_pieces, old.performance_metrics, old.goals, old.owner,
      old.workflow_instance_id, old.needs_sync, old.campaign_duration, old.campaign_status_color,
      old.last_modified, old.deleted_at, old.notion_extra
    ) is distinct from row (
      new.id, new.campaign_name, new.campaign_id, new.description, new.status,
      new.business_entity_id, new.campaign_type, new.start_date, new.end_date, new.target_audience,
      new.channels, new.budget, new.content_pieces, new.performance_metrics, new.goals, new.owner,
      new.workflow_instance_id, new.needs_sync, new.campaign_duration, new.campaign_status_color,
      new.last_modified, new.deleted_at, new.notion_extra
    )
  )
  execute function sync.touch_v1();
create trigger sync_take_page before insert on public.marketing_campaigns
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.keep_page_v1();
create trigger sync_keep_page before update of notion_page_id on public.marketing_campaigns
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.notion_page_id
    ) is distinct from row (
      new.notion_page_id
    )
  )
  execute function sync.keep_page_v1();
create trigger sync_mark after insert or delete on public.marketing_campaigns
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_row_v1();
create trigger sync_mark_update after update on public.marketing_campaigns
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.id, old.campaign_name, old.campaign_id, old.description, old.status,
      old.business_entity_id, old.campaign_type, old.start_date, old.end_date, old.target_audience,
      old.channels, old.budget, old.content_pieces, old.performance_metrics, old.goals, old.owner,
      old.workflow_instance_id, old.deleted_at, old.notion_extra
    ) is distinct from row (
      new.id, new.campaign_name, new.campaign_id, new.description, new.status,
      new.business_entity_id, new.campaign_type, new.start_date, new.end_date, new.target_audience,
      new.channels, new.budget, new.content_pieces, new.performance_metrics, new.goals, new.owner,
      new.workflow_instance_id, new.deleted_at, new.notion_extra
    )
  )
  execute function sync.mark_row_v1();
create trigger sync_refuse_truncate before truncate on public.marketing_campaigns
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_touch before update on public.feedback_surveys
  for each row when (
    row (
      old.id, old.title, old.feedback_id, old.source, old.contact_id,
      old.related_product_service_id, old.related_workflow_instance_id, old.date_received,
      old.business_entity_id, old.feedback_type, old.rating, old.feedback_content, old.sentiment,
      old.status, old.response, old.response_date, old.tags, old.external_reference_id,
      old.needs_sync, old.response_time, old.days_since_received, old.last_modified,
      old.deleted_at, old.notion_extra
    ) is distinct from row (
      new.id, new.title, new.feedback_id, new.source, new.contact_id,
      new.related_product_service_id, new.related_workflow_instance_id, new.date_received,
      new.business_entity_id, new.feedback_type, new.rating, new.feedback_content, new.sentiment,
      new.status, new.response, new.response_date, new.tags, new.external_reference_id,
      new.needs_sync, new.response_time, new.days_since_received, new.last_modified,
      new.deleted_at, new.notion_extra
    )
  )
  execute function sync.touch_v1();
create trigger sync_take_page before insert on public.feedback_surveys
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.keep_page_v1();
create trigger sync_keep_page before update of notion_page_id on public.feedback_surveys
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.notion_page_id
    ) is distinct from row (
      new.notion_page_id
    )
  )
  execute function sync.keep_page_v1();
create trigger sync_mark after insert or delete on public.feedback_surveys
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_row_v1();
create trigger sync_mark_update after update on public.feedback_surveys
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.id, old.title, old.feedback_id, old.source, old.contact_id,
      old.related_product_service_id, old.related_workflow_instance_id, old.date_received,
      old.business_entity_id, old.feedback_type, old.rating, old.feedback_content, old.sentiment,
      old.status, old.response, old.response_date, old.tags, old.external_reference_id,
      old.deleted_at, old.notion_extra
    ) is distinct from row (
      new.id, new.title, new.feedback_id, new.source, new.contact_id,
      new.related_product_service_id, new.related_workflow_instance_id, new.date_received,
      new.business_entity_id, new.feedback_type, new.rating, new.feedback_content, new.sentiment,
      new.status, new.response, new.response_date, new.tags, new.external_reference_id,
      new.deleted_at, new.notion_extra
    )
  )
  execute function sync.mark_row_v1();
create trigger sync_refuse_truncate before truncate on public.feedback_surveys
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_touch before update on public.rewards_bounties
  for each row when (
    row (
      old.id, old.reward_name, old.reward_id, old.description, old.reward_type, old.status,
      old.points_value, old.monetary_value, old.business_entity_id, old.eligibility_criteria,
      old.start_date, old.end_date, old.redemption_count, old.maximum_redemptions,
      old.target_audience, old.redemption_instructions, old.redemption_code, old.image,
      old.needs_sync, old.redemption_percentage, old.days_remaining, old.last_modified,
      old.deleted_at, old.notion_extra
    ) is distinct from row (
      new.id, new.reward_name, new.reward_id, new.description, new.reward_type, new.status,
      new.points_value, new.monetary_value, new.business_entity_id, new.eligibility_criteria,
      new.start_date, new.end_date, new.redemption_count, new.maximum_redemptions,
      new.target_audience, new.redemption_instructions, new.redemption_code, new.image,
      new.needs_sync, new.redemption_percentage, new.days_remaining, new.last_modified,
      new.deleted_at, new.notion_extra
    )
  )
  execute function sync.touch_v1();
create trigger sync_take_page before insert on public.rewards_bounties
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.keep_page_v1();
create trigger sync_keep_page before update of notion_page_id on public.rewards_bounties
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.notion_page_id
    ) is distinct from row (
      new.notion_page_id
    )
  )
  execute function sync.keep_page_v1();
create trigger sync_mark after insert or delete on public.rewards_bounties
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_row_v1();
create trigger sync_mark_update after update on public.rewards_bounties
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.id, old.reward_name, old.reward_id, old.description, old.reward_type, old.status,
      old.points_value, old.monetary_value, old.business_entity_id, old.eligibility_criteria,
      old.start_date, old.end_date, old.redemption_count, old.maximum_redemptions,
      old.target_audience, old.redemption_instructions, old.redemption_code, old.image,
      old.deleted_at, old.notion_extra
    ) is distinct from row (
      new.id, new.reward_name, new.reward_id, new.description, new.reward_type, new.status,
      new.points_value, new.monetary_value, new.business_entity_id, new.eligibility_criteria,
      new.start_date, new.end_date, new.redemption_count, new.maximum_redemptions,
      new.target_audience, new.redemption_instructions, new.redemption_code, new.image,
      new.deleted_at, new.notion_extra
    )
  )
  execute function sync.mark_row_v1();
create trigger sync_refuse_truncate before truncate on public.rewards_bounties
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_touch before update on public.tasks
  for each row when (
    row (
      old.id, old.task_name, old.task_id, old.status, old.description, old.priority, old.due_date,
      old.assigned_to, old.related_workflow_instance_id, old.related_business_entity_id,
      old.created_by, old.created_date, old.last_edited_date, old.completed_date, old.tags,
      old.estimated_time, old.actual_time, old.notes, old.source, old.needs_sync,
      old.days_until_due, old.completion_time, old.last_modified, old.deleted_at, old.notion_extra
    ) is distinct from row (
      new.id, new.task_name, new.task_id, new.status, new.description, new.priority, new.due_date,
      new.assigned_to, new.related_workflow_instance_id, new.related_business_entity_id,
      new.created_by, new.created_date, new.last_edited_date, new.completed_date, new.tags,
      new.estimated_time, new.actual_time, new.notes, new.source, new.needs_sync,
      new.days_until_due, new.completion_time, new.last_modified, new.deleted_at, new.notion_extra
    )
  )
  execute function sync.touch_v1();
create trigger sync_take_page before insert on public.tasks
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.keep_page_v1();
create trigger sync_keep_page before update of notion_page_id on public.tasks
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.notion_page_id
    ) is distinct from row (
      new.notion_page_id
    )
  )
  execute function sync.keep_page_v1();
create trigger sync_mark after insert or delete on public.tasks
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_row_v1();
create trigger sync_mark_update after update on public.tasks
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.id, old.task_name, old.task_id, old.status, old.description, old.priority, old.due_date,
      old.assigned_to, old.related_workflow_instance_id, old.related_business_entity_id,
      old.created_by, old.created_date, old.last_edited_date, old.completed_date, old.tags,
      old.estimated_time, old.actual_time, old.notes, old.source, old.deleted_at, old.notion_extra
    ) is distinct from row (
      new.id, new.task_name, new.task_id, new.status, new.description, new.priority, new.due_date,
      new.assigned_to, new.related_workflow_instance_id, new.related_business_entity_id,
      new.created_by, new.created_date, new.last_edited_date, new.completed_date, new.tags,
      new.estimated_time, new.actual_time, new.notes, new.source, new.deleted_at, new.notion_extra
    )
  )
  execute function sync.mark_row_v1();
create trigger sync_refuse_truncate before truncate on public.tasks
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_touch before update on public.agent_communication_patterns
  for each row when (
    row (
      old.id, old.pattern_name, old.description, old.source_agent_id, old.target_agent_id,
      old.message_format, old.communication_protocol, old.sample_payload, old.version, old.status,
      old.created_date, old.last_updated, old.success_criteria, old.error_handling,
      old.timeout_settings, old.required_permissions, old.tags, old.documentation_url,
      old.needs_sync, old.days_since_updated, old.usage_count, old.last_modified, old.deleted_at,
      old.notion_extra
    ) is distinct from row (
      new.id, new.pattern_name, new.description, new.source_agent_id, new.target_agent_id,
      new.message_format, new.communication_protocol, new.sample_payload, new.version, new.status,
      new.created_date, new.last_updated, new.success_criteria, new.error_handling,
      new.timeout_settings, new.required_permissions, new.tags, new.documentation_url,
      new.needs_sync, new.days_since_updated, new.usage_count, new.last_modified, new.deleted_at,
      new.notion_extra
    )
  )
  execute function sync.touch_v1();
create trigger sync_take_page before insert on public.agent_communication_patterns
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.keep_page_v1();
create trigger sync_keep_page before update of notion_page_id on public.agent_communication_patterns
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.notion_page_id
    ) is distinct from row (
      new.notion_page_id
    )
  )
  execute function sync.keep_page_v1();
create trigger sync_mark after insert or delete on public.agent_communication_patterns
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_row_v1();
create trigger sync_mark_update after update on public.agent_communication_patterns
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.id, old.pattern_name, old.description, old.source_agent_id, old.target_agent_id,
      old.message_format, old.communication_protocol, old.sample_payload, old.version, old.status,
      old.created_date, old.last_updated, old.success_criteria, old.error_handling,
      old.timeout_settings, old.required_permissions, old.tags, old.documentation_url,
      old.deleted_at, old.notion_extra
    ) is distinct from row (
      new.id, new.pattern_name, new.description, new.source_agent_id, new.target_agent_id,
      new.message_format, new.communication_protocol, new.sample_payload, new.version, new.status,
      new.created_date, new.last_updated, new.success_criteria, new.error_handling,
      new.timeout_settings, new.required_permissions, new.tags, new.documentation_url,
      new.deleted_at, new.notion_extra
    )
  )
  execute function sync.mark_row_v1();
create trigger sync_refuse_truncate before truncate on public.agent_communication_patterns
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_touch before update on public.agents
  for each row when (
    row (
      old.id, old.agent_name, old.agent_id, old.description, old.version, old.status,
      old.capabilities, old.primary_apis_utilized, old.runtime_environment,
      old.source_code_location, old.last_execution, old.execution_count, old.success_rate,
      old.owner, old.documentation_url, old.needs_sync, old.days_since_last_execution,
      old.api_count, old.last_modified, old.deleted_at, old.notion_extra
    ) is distinct from row (
      new.id, new.agent_name, new.agent_id, new.description, new.version, new.status,
      new.capabilities, new.primary_apis_utilized, new.runtime_environment,
      new.source_code_location, new.last_execution, new.execution_count, new.success_rate,
      new.owner, new.documentation_url, new.needs_sync, new.days_since_last_execution,
      new.api_count, new.last_modified, new.deleted_at, new.notion_extra
    )
  )
  execute function sync.touch_v1();
create trigger sync_take_page before insert on public.agents
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.keep_page_v1();
create trigger sync_keep_page before update of notion_page_id on public.agents
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.notion_page_id
    ) is distinct from row (
      new.notion_page_id
    )
  )
  execute function sync.keep_page_v1();
create trigger sync_mark after insert or delete on public.agents
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_row_v1();
create trigger sync_mark_update after update on public.agents
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.id, old.agent_name, old.agent_id, old.description, old.version, old.status,
      old.capabilities, old.primary_apis_utilized, old.runtime_environment,
      old.source_code_location, old.last_execution, old.execution_count, old.success_rate,
      old.owner, old.documentation_url, old.deleted_at, old.notion_extra
    ) is distinct from row (
      new.id, new.agent_name, new.agent_id, new.description, new.version, new.status,
      new.capabilities, new.primary_apis_utilized, new.runtime_environment,
      new.source_code_location, new.last_execution, new.execution_count, new.success_rate,
      new.owner, new.documentation_url, new.deleted_at, new.notion_extra
    )
  )
  execute function sync.mark_row_v1();
create trigger sync_refuse_truncate before truncate on public.agents
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_touch before update on public.api_integrations
  for each row when (
    row (
      old.id, old.integration_name, old.integration_id, old.description, old.api_platform,
      old.status, old.api_version, old.auth_method, old.api_key_reference, old.base_url,
      old.documentation_url, old.rate_limits, old.endpoints_used, old.implementation_notes,
      old.last_tested, old.owner, old.tags, old.needs_sync, old.days_since_tested, old.usage_count,
      old.last_modified, old.deleted_at, old.notion_extra
    ) is distinct from row (
      new.id, new.integration_name, new.integration_id, new.description, new.api_platform,
      new.status, new.api_version, new.auth_method, new.api_key_reference, new.base_url,
      new.documentation_url, new.rate_limits, new.endpoints_used, new.implementation_notes,
      new.last_tested, new.owner, new.tags, new.needs_sync, new.days_since_tested, new.usage_count,
      new.last_modified, new.deleted_at, new.notion_extra
    )
  )
  execute function sync.touch_v1();
create trigger sync_take_page before insert on public.api_integrations
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.keep_page_v1();
create trigger sync_keep_page before update of notion_page_id on public.api_integrations
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.notion_page_id
    ) is distinct from row (
      new.notion_page_id
    )
  )
  execute function sync.keep_page_v1();
create trigger sync_mark after insert or delete on public.api_integrations
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_row_v1();
create trigger sync_mark_update after update on public.api_integrations
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.id, old.integration_name, old.integration_id, old.description, old.api_platform,
      old.status, old.api_version, old.auth_method, old.api_key_reference, old.base_url,
      old.documentation_url, old.rate_limits, old.endpoints_used, old.implementation_notes,
      old.last_tested, old.owner, old.tags, old.deleted_at, old.notion_extra
    ) is distinct from row (
      new.id, new.integration_name, new.integration_id, new.description, new.api_platform,
      new.status, new.api_version, new.auth_method, new.api_key_reference, new.base_url,
      new.documentation_url, new.rate_limits, new.endpoints_used, new.implementation_notes,
      new.last_tested, new.owner, new.tags, new.deleted_at, new.notion_extra
    )
  )
  execute function sync.mark_row_v1();
create trigger sync_refuse_truncate before truncate on public.api_integrations
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_touch before update on public.data_transformations
  for each row when (
    row (
      old.id, old.transformation_name, old.transformation_id, old.description, old.source_format,
      old.target_format, old.transformation_logic, old.sample_input, old.sample_output,
      old.source_system, old.target_system, old.status, old.version, old.created_date,
      old.last_updated, old.owner, old.tags, old.needs_sync, old.days_since_updated,
      old.usage_count, old.last_modified, old.deleted_at, old.notion_extra
    ) is distinct from row (
      new.id, new.transformation_name, new.transformation_id, new.description, new.source_format,
      new.target_format, new.transformation_logic, new.sample_input, new.sample_output,
      new.source_system, new.target_system, new.status, new.version, new.created_date,
      new.last_updated, new.owner, new.tags, new.needs_sync, new.days_since_updated,
      new.usage_count, new.last_modified, new.deleted_at, new.notion_extra
    )
  )
  execute function sync.touch_v1();
create trigger sync_take_page before insert on public.data_transformations
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.keep_page_v1();
create trigger sync_keep_page before update of notion_page_id on public.data_transformations
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.notion_page_id
    ) is distinct from row (
      new.notion_page_id
    )
  )
  execute function sync.keep_page_v1();
create trigger sync_mark after insert or delete on public.data_transformations
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_row_v1();
create trigger sync_mark_update after update on public.data_transformations
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.id, old.transformation_name, old.transformation_id, old.description, old.source_format,
      old.target_format, old.transformation_logic, old.sample_input, old.sample_output,
      old.source_system, old.target_system, old.status, old.version, old.created_date,
      old.last_updated, old.owner, old.tags, old.deleted_at, old.notion_extra
    ) is distinct from row (
      new.id, new.transformation_name, new.transformation_id, new.description, new.source_format,
      new.target_format, new.transformation_logic, new.sample_input, new.sample_output,
      new.source_system, new.target_system, new.status, new.version, new.created_date,
      new.last_updated, new.owner, new.tags, new.deleted_at, new.notion_extra
    )
  )
  execute function sync.mark_row_v1();
create trigger sync_refuse_truncate before truncate on public.data_transformations
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_touch before update on public.notification_templates
  for each row when (
    row (
      old.id, old.template_name, old.template_id, old.description, old.channel,
      old.content_template, old.subject_template, old.supported_placeholders, old.trigger_event,
      old.status, old.version, old.created_by, old.created_date, old.last_updated, old.last_sent,
      old.send_count, old.sample_rendered_output, old.tags, old.needs_sync, old.days_since_updated,
      old.days_since_last_sent, old.last_modified, old.deleted_at, old.notion_extra
    ) is distinct from row (
      new.id, new.template_name, new.template_id, new.description, new.channel,
      new.content_template, new.subject_template, new.supported_placeholders, new.trigger_event,
      new.status, new.version, new.created_by, new.created_date, new.last_updated, new.last_sent,
      new.send_count, new.sample_rendered_output, new.tags, new.needs_sync, new.days_since_updated,
      new.days_since_last_sent, new.last_modified, new.deleted_at, new.notion_extra
    )
  )
  execute function sync.touch_v1();
create trigger sync_take_page before insert on public.notification_templates
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.keep_page_v1();
create trigger sync_keep_page before update of notion_page_id on public.notification_templates
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.notion_page_id
    ) is distinct from row (
      new.notion_page_id
    )
  )
  execute function sync.keep_page_v1();
create trigger sync_mark after insert or delete on public.notification_templates
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_row_v1();
create trigger sync_mark_update after update on public.notification_templates
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.id, old.template_name, old.template_id, old.description, old.channel,
      old.content_template, old.subject_template, old.supported_placeholders, old.trigger_event,
      old.status, old.version, old.created_by, old.created_date, old.last_updated, old.last_sent,
      old.send_count, old.sample_rendered_output, old.tags, old.deleted_at, old.notion_extra
    ) is distinct from row (
      new.id, new.template_name, new.template_id, new.description, new.channel,
      new.content_template, new.subject_template, new.supported_placeholders, new.trigger_event,
      new.status, new.version, new.created_by, new.created_date, new.last_updated, new.last_sent,
      new.send_count, new.sample_rendered_output, new.tags, new.deleted_at, new.notion_extra
    )
  )
  execute function sync.mark_row_v1();
create trigger sync_refuse_truncate before truncate on public.notification_templates
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_touch before update on public.use_cases
  for each row when (
    row (
      old.id, old.use_case_title, old.use_case_id, old.description, old.business_value,
      old.implementation_status, old.user_stories, old.acceptance_criteria, old.priority,
      old.complexity, old.estimated_effort, old.stakeholders, old.created_date,
      old.target_implementation_date, old.actual_implementation_date, old.tags,
      old.documentation_url, old.needs_sync, old.implementation_delay, old.workflow_coverage,
      old.last_modified, old.deleted_at, old.notion_extra
    ) is distinct from row (
      new.id, new.use_case_title, new.use_case_id, new.description, new.business_value,
      new.implementation_status, new.user_stories, new.acceptance_criteria, new.priority,
      new.complexity, new.estimated_effort, new.stakeholders, new.created_date,
      new.target_implementation_date, new.actual_implementation_date, new.tags,
      new.documentation_url, new.needs_sync, new.implementation_delay, new.workflow_coverage,
      new.last_modified, new.deleted_at, new.notion_extra
    )
  )
  execute function sync.touch_v1();
create trigger sync_take_page before insert on public.use_cases
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.keep_page_v1();
create trigger sync_keep_page before update of notion_page_id on public.use_cases
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.notion_page_id
    ) is distinct from row (
      new.notion_page_id
    )
  )
  execute function sync.keep_page_v1();
create trigger sync_mark after insert or delete on public.use_cases
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_row_v1();
create trigger sync_mark_update after update on public.use_cases
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.id, old.use_case_title, old.use_case_id, old.description, old.business_value,
      old.implementation_status, old.user_stories, old.acceptance_criteria, old.priority,
      old.complexity, old.estimated_effort, old.stakeholders, old.created_date,
      old.target_implementation_date, old.actual_implementation_date, old.tags,
      old.documentation_url, old.deleted_at, old.notion_extra
    ) is distinct from row (
      new.id, new.use_case_title, new.use_case_id, new.description, new.business_value,
      new.implementation_status, new.user_stories, new.acceptance_criteria, new.priority,
      new.complexity, new.estimated_effort, new.stakeholders, new.created_date,
      new.target_implementation_date, new.actual_implementation_date, new.tags,
      new.documentation_url, new.deleted_at, new.notion_extra
    )
  )
  execute function sync.mark_row_v1();
create trigger sync_refuse_truncate before truncate on public.use_cases
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_touch before update on public.workflows
  for each row when (
    row (
      old.id, old.workflow_name, old.workflow_id, old.description, old.status, old.trigger_type,
      old.trigger_conditions, old.workflow_steps, old.active_instances_count,
      old.total_instances_count, old.average_completion_time, old.success_rate, old.version,
      old.created_date, old.last_updated, old.owner, old.data_schema, old.tags,
      old.documentation_url, old.needs_sync, old.days_since_updated, old.integration_count,
      old.last_modified, old.deleted_at, old.notion_extra
    ) is distinct from row (
      new.id, new.workflow_name, new.workflow_id, new.description, new.status, new.trigger_type,
      new.trigger_conditions, new.workflow_steps, new.active_instances_count,
      new.total_instances_count, new.average_completion_time, new.success_rate, new.version,
      new.created_date, new.last_updated, new.owner, new.data_schema, new.tags,
      new.documentation_url, new.needs_sync, new.days_since_updated, new.integration_count,
      new.last_modified, new.deleted_at, new.notion_extra
    )
  )
  execute function sync.touch_v1();
create trigger sync_take_page before insert on public.workflows
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.keep_page_v1();
create trigger sync_keep_page before update of notion_page_id on public.workflows
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.notion_page_id
    ) is distinct from row (
      new.notion_page_id
    )
  )
  execute function sync.keep_page_v1();
create trigger sync_mark after insert or delete on public.workflows
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_row_v1();
create trigger sync_mark_update after update on public.workflows
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.id, old.workflow_name, old.workflow_id, old.description, old.status, old.trigger_type,
      old.trigger_conditions, old.workflow_steps, old.active_instances_count,
      old.total_instances_count, old.average_completion_time, old.success_rate, old.version,
      old.created_date, old.last_updated, old.owner, old.data_schema, old.tags,
      old.documentation_url, old.deleted_at, old.notion_extra
    ) is distinct from row (
      new.id, new.workflow_name, new.workflow_id, new.description, new.status, new.trigger_type,
      new.trigger_conditions, new.workflow_steps, new.active_instances_count,
      new.total_instances_count, new.average_completion_time, new.success_rate, new.version,
      new.created_date, new.last_updated, new.owner, new.data_schema, new.tags,
      new.documentation_url, new.deleted_at, new.notion_extra
    )
  )
  execute function sync.mark_row_v1();
create trigger sync_refuse_truncate before truncate on public.workflows
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_mark after insert or delete on public.business_entities_primary_workflows
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_link_v1('business_entities', 'business_entity_id');
create trigger sync_mark_update after update on public.business_entities_primary_workflows
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.business_entity_id, old.workflow_id, old.position
    ) is distinct from row (
      new.business_entity_id, new.workflow_id, new.position
    )
  )
  execute function sync.mark_link_v1('business_entities', 'business_entity_id');
create trigger sync_refuse_truncate before truncate on public.business_entities_primary_workflows
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_mark after insert or delete on public.business_entities_active_agents
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_link_v1('business_entities', 'business_entity_id');
create trigger sync_mark_update after update on public.business_entities_active_agents
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.business_entity_id, old.agent_id, old.position
    ) is distinct from row (
      new.business_entity_id, new.agent_id, new.position
    )
  )
  execute function sync.mark_link_v1('business_entities', 'business_entity_id');
create trigger sync_refuse_truncate before truncate on public.business_entities_active_agents
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_mark after insert or delete on public.marketing_campaigns_related_products
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_link_v1('marketing_campaigns', 'marketing_campaign_id');
create trigger sync_mark_update after update on public.marketing_campaigns_related_products
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.marketing_campaign_id, old.product_service_id, old.position
    ) is distinct from row (
      new.marketing_campaign_id, new.product_service_id, new.position
    )
  )
  execute function sync.mark_link_v1('marketing_campaigns', 'marketing_campaign_id');
create trigger sync_refuse_truncate before truncate on public.marketing_campaigns_related_products
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_mark after insert or delete on public.feedback_surveys_action_items
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_link_v1('feedback_surveys', 'feedback_survey_id');
create trigger sync_mark_update after update on public.feedback_surveys_action_items
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.feedback_survey_id, old.task_id, old.position
    ) is distinct from row (
      new.feedback_survey_id, new.task_id, new.position
    )
  )
  execute function sync.mark_link_v1('feedback_surveys', 'feedback_survey_id');
create trigger sync_refuse_truncate before truncate on public.feedback_surveys_action_items
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_mark after insert or delete on public.rewards_bounties_related_products
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_link_v1('rewards_bounties', 'reward_bounty_id');
create trigger sync_mark_update after update on public.rewards_bounties_related_products
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.reward_bounty_id, old.product_service_id, old.position
    ) is distinct from row (
      new.reward_bounty_id, new.product_service_id, new.position
    )
  )
  execute function sync.mark_link_v1('rewards_bounties', 'reward_bounty_id');
create trigger sync_refuse_truncate before truncate on public.rewards_bounties_related_products
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_mark after insert or delete on public.tasks_dependencies
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_link_v1('tasks', 'task_id');
create trigger sync_mark_update after update on public.tasks_dependencies
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.task_id, old.dependency_id, old.position
    ) is distinct from row (
      new.task_id, new.dependency_id, new.position
    )
  )
  execute function sync.mark_link_v1('tasks', 'task_id');
create trigger sync_refuse_truncate before truncate on public.tasks_dependencies
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_mark after insert or delete on public.tasks_subtasks
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_link_v1('tasks', 'task_id');
create trigger sync_mark_update after update on public.tasks_subtasks
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.task_id, old.subtask_id, old.position
    ) is distinct from row (
      new.task_id, new.subtask_id, new.position
    )
  )
  execute function sync.mark_link_v1('tasks', 'task_id');
create trigger sync_refuse_truncate before truncate on public.tasks_subtasks
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_mark after insert or delete on public.agent_communication_patterns_active_workflows_using
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_link_v1('agent_communication_patterns', 'agent_communication_pattern_id');
create trigger sync_mark_update after update on public.agent_communication_patterns_active_workflows_using
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.agent_communication_pattern_id, old.workflow_id, old.position
    ) is distinct from row (
      new.agent_communication_pattern_id, new.workflow_id, new.position
    )
  )
  execute function sync.mark_link_v1('agent_communication_patterns', 'agent_communication_pattern_id');
create trigger sync_refuse_truncate before truncate on public.agent_communication_patterns_active_workflows_using
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_mark after insert or delete on public.agents_communication_patterns
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_link_v1('agents', 'agent_id');
create trigger sync_mark_update after update on public.agents_communication_patterns
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.agent_id, old.agent_communication_pattern_id, old.position
    ) is distinct from row (
      new.agent_id, new.agent_communication_pattern_id, new.position
    )
  )
  execute function sync.mark_link_v1('agents', 'agent_id');
create trigger sync_refuse_truncate before truncate on public.agents_communication_patterns
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_mark after insert or delete on public.agents_api_integrations
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_link_v1('agents', 'agent_id');
create trigger sync_mark_update after update on public.agents_api_integrations
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.agent_id, old.api_integration_id, old.position
    ) is distinct from row (
      new.agent_id, new.api_integration_id, new.position
    )
  )
  execute function sync.mark_link_v1('agents', 'agent_id');
create trigger sync_refuse_truncate before truncate on public.agents_api_integrations
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_mark after insert or delete on public.agents_data_transformations
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_link_v1('agents', 'agent_id');
create trigger sync_mark_update after update on public.agents_data_transformations
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.agent_id, old.data_transformation_id, old.position
    ) is distinct from row (
      new.agent_id, new.data_transformation_id, new.position
    )
  )
  execute function sync.mark_link_v1('agents', 'agent_id');
create trigger sync_refuse_truncate before truncate on public.agents_data_transformations
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_mark after insert or delete on public.agents_workflows
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_link_v1('agents', 'agent_id');
create trigger sync_mark_update after update on public.agents_workflows
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.agent_id, old.workflow_id, old.position
    ) is distinct from row (
      new.agent_id, new.workflow_id, new.position
    )
  )
  execute function sync.mark_link_v1('agents', 'agent_id');
create trigger sync_refuse_truncate before truncate on public.agents_workflows
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_mark after insert or delete on public.api_integrations_business_entities
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_link_v1('api_integrations', 'api_integration_id');
create trigger sync_mark_update after update on public.api_integrations_business_entities
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.api_integration_id, old.business_entity_id, old.position
    ) is distinct from row (
      new.api_integration_id, new.business_entity_id, new.position
    )
  )
  execute function sync.mark_link_v1('api_integrations', 'api_integration_id');
create trigger sync_refuse_truncate before truncate on public.api_integrations_business_entities
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_mark after insert or delete on public.api_integrations_data_mapping
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_link_v1('api_integrations', 'api_integration_id');
create trigger sync_mark_update after update on public.api_integrations_data_mapping
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.api_integration_id, old.data_transformation_id, old.position
    ) is distinct from row (
      new.api_integration_id, new.data_transformation_id, new.position
    )
  )
  execute function sync.mark_link_v1('api_integrations', 'api_integration_id');
create trigger sync_refuse_truncate before truncate on public.api_integrations_data_mapping
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_mark after insert or delete on public.data_transformations_business_entities
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_link_v1('data_transformations', 'data_transformation_id');
create trigger sync_mark_update after update on public.data_transformations_business_entities
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.data_transformation_id, old.business_entity_id, old.position
    ) is distinct from row (
      new.data_transformation_id, new.business_entity_id, new.position
    )
  )
  execute function sync.mark_link_v1('data_transformations', 'data_transformation_id');
create trigger sync_refuse_truncate before truncate on public.data_transformations_business_entities
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_mark after insert or delete on public.notification_templates_business_entities
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_link_v1('notification_templates', 'notification_template_id');
create trigger sync_mark_update after update on public.notification_templates_business_entities
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.notification_template_id, old.business_entity_id, old.position
    ) is distinct from row (
      new.notification_template_id, new.business_entity_id, new.position
    )
  )
  execute function sync.mark_link_v1('notification_templates', 'notification_template_id');
create trigger sync_refuse_truncate before truncate on public.notification_templates_business_entities
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_mark after insert or delete on public.notification_templates_related_workflows
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_link_v1('notification_templates', 'notification_template_id');
create trigger sync_mark_update after update on public.notification_templates_related_workflows
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.notification_template_id, old.workflow_id, old.position
    ) is distinct from row (
      new.notification_template_id, new.workflow_id, new.position
    )
  )
  execute function sync.mark_link_v1('notification_templates', 'notification_template_id');
create trigger sync_refuse_truncate before truncate on public.notification_templates_related_workflows
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_mark after insert or delete on public.use_cases_business_entities
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_link_v1('use_cases', 'use_case_id');
create trigger sync_mark_update after update on public.use_cases_business_entities
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.use_case_id, old.business_entity_id, old.position
    ) is distinct from row (
      new.use_case_id, new.business_entity_id, new.position
    )
  )
  execute function sync.mark_link_v1('use_cases', 'use_case_id');
create trigger sync_refuse_truncate before truncate on public.use_cases_business_entities
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_mark after insert or delete on public.use_cases_related_workflows
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_link_v1('use_cases', 'use_case_id');
create trigger sync_mark_update after update on public.use_cases_related_workflows
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.use_case_id, old.workflow_id, old.position
    ) is distinct from row (
      new.use_case_id, new.workflow_id, new.position
    )
  )
  execute function sync.mark_link_v1('use_cases', 'use_case_id');
create trigger sync_refuse_truncate before truncate on public.use_cases_related_workflows
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_mark after insert or delete on public.use_cases_required_integrations
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_link_v1('use_cases', 'use_case_id');
create trigger sync_mark_update after update on public.use_cases_required_integrations
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.use_case_id, old.api_integration_id, old.position
    ) is distinct from row (
      new.use_case_id, new.api_integration_id, new.position
    )
  )
  execute function sync.mark_link_v1('use_cases', 'use_case_id');
create trigger sync_refuse_truncate before truncate on public.use_cases_required_integrations
  for each statement execute function sync.refuse_truncate_v1();

create trigger sync_mark after insert or delete on public.workflows_required_integrations
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
  )
  execute function sync.mark_link_v1('workflows', 'workflow_id');
create trigger sync_mark_update after update on public.workflows_required_integrations
  for each row when (
    coalesce(current_setting('sync.applying', true), '') <> 'on'
    and row (
      old.workflow_id, old.api_integration_id, old.position
    ) is distinct from row (
      new.workflow_id, new.api_integration_id, new.position
    )
  )
  execute function sync.mark_link_v1('workflows', 'workflow_id');
create trigger sync_refuse_truncate before truncate on public.workflows_required_integrations
  for each statement execute function sync.refuse_truncate_v1();


-- == Row level security: on everywhere

alter table public.business_entities enable row level security;
alter table public.contacts_profiles enable row level security;
alter table public.community_members enable row level security;
alter table public.products_services enable row level security;
alter table public.workflow_instances enable row level security;
alter table public.marketing_campaigns enable row level security;
alter table public.feedback_surveys enable row level security;
alter table public.rewards_bounties enable row level security;
alter table public.tasks enable row level security;
alter table public.agent_communication_patterns enable row level security;
alter table public.agents enable row level security;
alter table public.api_integrations enable row level security;
alter table public.data_transformations enable row level security;
alter table public.notification_templates enable row level security;
alter table public.use_cases enable row level security;
alter table public.workflows enable row level security;
alter table public.notion_users enable row level security;
alter table public.business_entities_primary_workflows enable row level security;
alter table public.business_entities_active_agents enable row level security;
alter table public.marketing_campaigns_related_products enable row level security;
alter table public.feedback_surveys_action_items enable row level security;
alter table public.rewards_bounties_related_products enable row level security;
alter table public.tasks_dependencies enable row level security;
alter table public.tasks_subtasks enable row level security;
alter table public.agent_communication_patterns_active_workflows_using enable row level security;
alter table public.agents_communication_patterns enable row level security;
alter table public.agents_api_integrations enable row level security;
alter table public.agents_data_transformations enable row level security;
alter table public.agents_workflows enable row level security;
alter table public.api_integrations_business_entities enable row level security;
alter table public.api_integrations_data_mapping enable row level security;
alter table public.data_transformations_business_entities enable row level security;
alter table public.notification_templates_business_entities enable row level security;
alter table public.notification_templates_related_workflows enable row level security;
alter table public.use_cases_business_entities enable row level security;
alter table public.use_cases_related_workflows enable row level security;
alter table public.use_cases_required_integrations enable row level security;
alter table public.workflows_required_integrations enable row level security;


-- == Who may read what: the records that a reader was given, and the policies that ask

create function sync.readable_v1() returns setof uuid
language sql stable security definer
set search_path = ''
as $$
  select r.id from public.business_entities r
   where exists (
     select from sync.readers g
      where g.user_id = sync.reader_v1() and (g.row_id = r.id or g.row_id is null))
$$;
comment on function sync.readable_v1() is
  'The records that whoever is signed in was given to read, of the tables that have readers.';
revoke execute on function sync.readable_v1() from public;

do $$
begin
  if pg_catalog.to_regrole('authenticated') is not null then
    grant execute on function sync.reads_all_v1() to authenticated;
    grant execute on function sync.readable_v1() to authenticated;
    create policy readers on public.business_entities for select to authenticated
      using (
        id = any (array(select sync.readable_v1()))
      );
    create policy readers on public.contacts_profiles for select to authenticated
      using (
        business_entity_id = any (array(select sync.readable_v1()))
        or business_entity_id is null and (select sync.reads_all_v1())
      );
    create policy readers on public.community_members for select to authenticated
      using (
        business_entity_id = any (array(select sync.readable_v1()))
        or business_entity_id is null and (select sync.reads_all_v1())
      );
    create policy readers on public.products_services for select to authenticated
      using (
        business_entity_id = any (array(select sync.readable_v1()))
        or business_entity_id is null and (select sync.reads_all_v1())
      );
    create policy readers on public.workflow_instances for select to authenticated
      using (
        business_entity_id = any (array(select sync.readable_v1()))
        or business_entity_id is null and (select sync.reads_all_v1())
      );
    create policy readers on public.marketing_campaigns for select to authenticated
      using (
        business_entity_id = any (array(select sync.readable_v1()))
        or business_entity_id is null and (select sync.reads_all_v1())
      );
    create policy readers on public.feedback_surveys for select to authenticated
      using (
        business_entity_id = any (array(select sync.readable_v1()))
        or business_entity_id is null and (select sync.reads_all_v1())
      );
    create policy readers on public.rewards_bounties for select to authenticated
      using (
        business_entity_id = any (array(select sync.readable_v1()))
        or business_entity_id is null and (select sync.reads_all_v1())
      );
    create policy readers on public.tasks for select to authenticated
      using (
        related_business_entity_id = any (array(select sync.readable_v1()))
        or related_business_entity_id is null and (select sync.reads_all_v1())
      );
    create policy readers on public.agent_communication_patterns for select to authenticated
      using (
        (select sync.reads_all_v1())
      );
    create policy readers on public.agents for select to authenticated
      using (
        (select sync.reads_all_v1())
        or id in (
          select l.agent_id from public.business_entities_active_agents l
           where l.business_entity_id = any (array(select sync.readable_v1())))
      );
    create policy readers on public.api_integrations for select to authenticated
      using (
        (select sync.reads_all_v1())
        or id in (
          select l.api_integration_id from public.api_integrations_business_entities l
           where l.business_entity_id = any (array(select sync.readable_v1())))
      );
    create policy readers on public.data_transformations for select to authenticated
      using (
        (select sync.reads_all_v1())
        or id in (
          select l.data_transformation_id from public.data_transformations_business_entities l
           where l.business_entity_id = any (array(select sync.readable_v1())))
      );
    create policy readers on public.notification_templates for select to authenticated
      using (
        (select sync.reads_all_v1())
        or id in (
          select l.notification_template_id from public.notification_templates_business_entities l
           where l.business_entity_id = any (array(select sync.readable_v1())))
      );
    create policy readers on public.use_cases for select to authenticated
      using (
        (select sync.reads_all_v1())
        or id in (
          select l.use_case_id from public.use_cases_business_entities l
           where l.business_entity_id = any (array(select sync.readable_v1())))
      );
    create policy readers on public.workflows for select to authenticated
      using (
        (select sync.reads_all_v1())
        or id in (
          select l.workflow_id from public.business_entities_primary_workflows l
           where l.business_entity_id = any (array(select sync.readable_v1())))
      );
    create policy readers on public.notion_users for select to authenticated
      using (
        (select sync.reads_all_v1())
        or exists (select sync.readable_v1())
      );
    create policy readers on public.business_entities_primary_workflows for select to authenticated
      using (
        business_entity_id = any (array(select sync.readable_v1()))
      );
    create policy readers on public.business_entities_active_agents for select to authenticated
      using (
        business_entity_id = any (array(select sync.readable_v1()))
      );
    create policy readers on public.marketing_campaigns_related_products for select to authenticated
      using (
        exists (select from public.marketing_campaigns r where r.id = marketing_campaigns_related_products.marketing_campaign_id)
        and exists (select from public.products_services r where r.id = marketing_campaigns_related_products.product_service_id)
      );
    create policy readers on public.feedback_surveys_action_items for select to authenticated
      using (
        exists (select from public.feedback_surveys r where r.id = feedback_surveys_action_items.feedback_survey_id)
        and exists (select from public.tasks r where r.id = feedback_surveys_action_items.task_id)
      );
    create policy readers on public.rewards_bounties_related_products for select to authenticated
      using (
        exists (select from public.rewards_bounties r where r.id = rewards_bounties_related_products.reward_bounty_id)
        and exists (select from public.products_services r where r.id = rewards_bounties_related_products.product_service_id)
      );
    create policy readers on public.tasks_dependencies for select to authenticated
      using (
        exists (select from public.tasks r where r.id = tasks_dependencies.task_id)
        and exists (select from public.tasks r where r.id = tasks_dependencies.dependency_id)
      );
    create policy readers on public.tasks_subtasks for select to authenticated
      using (
        exists (select from public.tasks r where r.id = tasks_subtasks.task_id)
        and exists (select from public.tasks r where r.id = tasks_subtasks.subtask_id)
      );
    create policy readers on public.agent_communication_patterns_active_workflows_using for select to authenticated
      using (
        exists (select from public.agent_communication_patterns r where r.id = agent_communication_patterns_active_workflows_using.agent_communication_pattern_id)
        and exists (select from public.workflows r where r.id = agent_communication_patterns_active_workflows_using.workflow_id)
      );
    create policy readers on public.agents_communication_patterns for select to authenticated
      using (
        exists (select from public.agents r where r.id = agents_communication_patterns.agent_id)
        and exists (select from public.agent_communication_patterns r where r.id = agents_communication_patterns.agent_communication_pattern_id)
      );
    create policy readers on public.agents_api_integrations for select to authenticated
      using (
        exists (select from public.agents r where r.id = agents_api_integrations.agent_id)
        and exists (select from public.api_integrations r where r.id = agents_api_integrations.api_integration_id)
      );
    create policy readers on public.agents_data_transformations for select to authenticated
      using (
        exists (select from public.agents r where r.id = agents_data_transformations.agent_id)
        and exists (select from public.data_transformations r where r.id = agents_data_transformations.data_transformation_id)
      );
    create policy readers on public.agents_workflows for select to authenticated
      using (
        exists (select from public.agents r where r.id = agents_workflows.agent_id)
        and exists (select from public.workflows r where r.id = agents_workflows.workflow_id)
      );
    create policy readers on public.api_integrations_business_entities for select to authenticated
      using (
        business_entity_id = any (array(select sync.readable_v1()))
      );
    create policy readers on public.api_integrations_data_mapping for select to authenticated
      using (
        exists (select from public.api_integrations r where r.id = api_integrations_data_mapping.api_integration_id)
        and exists (select from public.data_transformations r where r.id = api_integrations_data_mapping.data_transformation_id)
      );
    create policy readers on public.data_transformations_business_entities for select to authenticated
      using (
        business_entity_id = any (array(select sync.readable_v1()))
      );
    create policy readers on public.notification_templates_business_entities for select to authenticated
      using (
        business_entity_id = any (array(select sync.readable_v1()))
      );
    create policy readers on public.notification_templates_related_workflows for select to authenticated
      using (
        exists (select from public.notification_templates r where r.id = notification_templates_related_workflows.notification_template_id)
        and exists (select from public.workflows r where r.id = notification_templates_related_workflows.workflow_id)
      );
    create policy readers on public.use_cases_business_entities for select to authenticated
      using (
        business_entity_id = any (array(select sync.readable_v1()))
      );
    create policy readers on public.use_cases_related_workflows for select to authenticated
      using (
        exists (select from public.use_cases r where r.id = use_cases_related_workflows.use_case_id)
        and exists (select from public.workflows r where r.id = use_cases_related_workflows.workflow_id)
      );
    create policy readers on public.use_cases_required_integrations for select to authenticated
      using (
        exists (select from public.use_cases r where r.id = use_cases_required_integrations.use_case_id)
        and exists (select from public.api_integrations r where r.id = use_cases_required_integrations.api_integration_id)
      );
    create policy readers on public.workflows_required_integrations for select to authenticated
      using (
        exists (select from public.workflows r where r.id = workflows_required_integrations.workflow_id)
        and exists (select from public.api_integrations r where r.id = workflows_required_integrations.api_integration_id)
      );
  end if;
end
$$;


-- == Access: anon has nothing, authenticated reads, service_role does its work

revoke all on table
      public.business_entities,
      public.contacts_profiles,
      public.community_members,
      public.products_services,
      public.workflow_instances,
      public.marketing_campaigns,
      public.feedback_surveys,
      public.rewards_bounties,
      public.tasks,
      public.agent_communication_patterns,
      public.agents,
      public.api_integrations,
      public.data_transformations,
      public.notification_templates,
      public.use_cases,
      public.workflows,
      public.notion_users,
      public.business_entities_primary_workflows,
      public.business_entities_active_agents,
      public.marketing_campaigns_related_products,
      public.feedback_surveys_action_items,
      public.rewards_bounties_related_products,
      public.tasks_dependencies,
      public.tasks_subtasks,
      public.agent_communication_patterns_active_workflows_using,
      public.agents_communication_patterns,
      public.agents_api_integrations,
      public.agents_data_transformations,
      public.agents_workflows,
      public.api_integrations_business_entities,
      public.api_integrations_data_mapping,
      public.data_transformations_business_entities,
      public.notification_templates_business_entities,
      public.notification_templates_related_workflows,
      public.use_cases_business_entities,
      public.use_cases_related_workflows,
      public.use_cases_required_integrations,
      public.workflows_required_integrations
  from public;

do $$
begin
  if pg_catalog.to_regrole('anon') is not null then
    revoke all on table
      public.business_entities,
      public.contacts_profiles,
      public.community_members,
      public.products_services,
      public.workflow_instances,
      public.marketing_campaigns,
      public.feedback_surveys,
      public.rewards_bounties,
      public.tasks,
      public.agent_communication_patterns,
      public.agents,
      public.api_integrations,
      public.data_transformations,
      public.notification_templates,
      public.use_cases,
      public.workflows,
      public.notion_users,
      public.business_entities_primary_workflows,
      public.business_entities_active_agents,
      public.marketing_campaigns_related_products,
      public.feedback_surveys_action_items,
      public.rewards_bounties_related_products,
      public.tasks_dependencies,
      public.tasks_subtasks,
      public.agent_communication_patterns_active_workflows_using,
      public.agents_communication_patterns,
      public.agents_api_integrations,
      public.agents_data_transformations,
      public.agents_workflows,
      public.api_integrations_business_entities,
      public.api_integrations_data_mapping,
      public.data_transformations_business_entities,
      public.notification_templates_business_entities,
      public.notification_templates_related_workflows,
      public.use_cases_business_entities,
      public.use_cases_related_workflows,
      public.use_cases_required_integrations,
      public.workflows_required_integrations
    from anon;
  end if;
end
$$;

do $$
begin
  if pg_catalog.to_regrole('authenticated') is not null then
    revoke all on table
      public.business_entities,
      public.contacts_profiles,
      public.community_members,
      public.products_services,
      public.workflow_instances,
      public.marketing_campaigns,
      public.feedback_surveys,
      public.rewards_bounties,
      public.tasks,
      public.agent_communication_patterns,
      public.agents,
      public.api_integrations,
      public.data_transformations,
      public.notification_templates,
      public.use_cases,
      public.workflows,
      public.notion_users,
      public.business_entities_primary_workflows,
      public.business_entities_active_agents,
      public.marketing_campaigns_related_products,
      public.feedback_surveys_action_items,
      public.rewards_bounties_related_products,
      public.tasks_dependencies,
      public.tasks_subtasks,
      public.agent_communication_patterns_active_workflows_using,
      public.agents_communication_patterns,
      public.agents_api_integrations,
      public.agents_data_transformations,
      public.agents_workflows,
      public.api_integrations_business_entities,
      public.api_integrations_data_mapping,
      public.data_transformations_business_entities,
      public.notification_templates_business_entities,
      public.notification_templates_related_workflows,
      public.use_cases_business_entities,
      public.use_cases_related_workflows,
      public.use_cases_required_integrations,
      public.workflows_required_integrations
    from authenticated;
    grant usage on schema public to authenticated;
    grant select on table
      public.business_entities,
      public.contacts_profiles,
      public.community_members,
      public.products_services,
      public.workflow_instances,
      public.marketing_campaigns,
      public.feedback_surveys,
      public.rewards_bounties,
      public.tasks,
      public.agent_communication_patterns,
      public.agents,
      public.api_integrations,
      public.data_transformations,
      public.notification_templates,
      public.use_cases,
      public.workflows,
      public.notion_users,
      public.business_entities_primary_workflows,
      public.business_entities_active_agents,
      public.marketing_campaigns_related_products,
      public.feedback_surveys_action_items,
      public.rewards_bounties_related_products,
      public.tasks_dependencies,
      public.tasks_subtasks,
      public.agent_communication_patterns_active_workflows_using,
      public.agents_communication_patterns,
      public.agents_api_integrations,
      public.agents_data_transformations,
      public.agents_workflows,
      public.api_integrations_business_entities,
      public.api_integrations_data_mapping,
      public.data_transformations_business_entities,
      public.notification_templates_business_entities,
      public.notification_templates_related_workflows,
      public.use_cases_business_entities,
      public.use_cases_related_workflows,
      public.use_cases_required_integrations,
      public.workflows_required_integrations
    to authenticated;
  end if;
end
$$;

do $$
begin
  if pg_catalog.to_regrole('service_role') is not null then
    grant usage on schema public to service_role;
    grant select, insert, update, delete on table
      public.business_entities,
      public.contacts_profiles,
      public.community_members,
      public.products_services,
      public.workflow_instances,
      public.marketing_campaigns,
      public.feedback_surveys,
      public.rewards_bounties,
      public.tasks,
      public.agent_communication_patterns,
      public.agents,
      public.api_integrations,
      public.data_transformations,
      public.notification_templates,
      public.use_cases,
      public.workflows,
      public.notion_users,
      public.business_entities_primary_workflows,
      public.business_entities_active_agents,
      public.marketing_campaigns_related_products,
      public.feedback_surveys_action_items,
      public.rewards_bounties_related_products,
      public.tasks_dependencies,
      public.tasks_subtasks,
      public.agent_communication_patterns_active_workflows_using,
      public.agents_communication_patterns,
      public.agents_api_integrations,
      public.agents_data_transformations,
      public.agents_workflows,
      public.api_integrations_business_entities,
      public.api_integrations_data_mapping,
      public.data_transformations_business_entities,
      public.notification_templates_business_entities,
      public.notification_templates_related_workflows,
      public.use_cases_business_entities,
      public.use_cases_related_workflows,
      public.use_cases_required_integrations,
      public.workflows_required_integrations
    to service_role;
  end if;
end
$$;


-- == Comments: what the Notion side is called

comment on table public.business_entities is 'Notion database "Business Entities Registry". A business that The HigherSelf Network runs.';
comment on column public.business_entities.id is 'The row''s own id.';
comment on column public.business_entities.notion_page_id is 'The page that this row is in Notion; null until it is one.';
comment on column public.business_entities.name is 'Notion property "Name" (title).';
comment on column public.business_entities.entity_type is 'Notion property "Entity Type" (select).';
comment on column public.business_entities.api_keys_reference is 'Notion property "API Keys Reference" (rich text). Where the keys are kept, never the keys themselves.';
comment on column public.business_entities.integration_status is 'Notion property "Integration Status" (select).';
comment on column public.business_entities.needs_sync is 'Notion property "Needs Sync" (formula, worked out by Notion).';
comment on column public.business_entities.days_since_sync is 'Notion property "Days Since Sync" (formula, worked out by Notion).';
comment on column public.business_entities.last_modified is 'Notion property "Last Modified" (last edited time, worked out by Notion).';
comment on column public.business_entities.created_at is 'When the row was made.';
comment on column public.business_entities.updated_at is 'When a value of the row last changed.';
comment on column public.business_entities.last_synced_at is 'When the row and its page were last brought into step. Notion property "Last Synced".';
comment on column public.business_entities.deleted_at is 'When the page went to the trash; null while alive. Setting it trashes, clearing restores.';
comment on column public.business_entities.notion_extra is 'What Notion holds and no column can, by property title.';

comment on table public.contacts_profiles is 'Notion database "Contacts & Profiles". A person the Network deals with: lead, client, partner, vendor or staff.';
comment on column public.contacts_profiles.id is 'The row''s own id.';
comment on column public.contacts_profiles.notion_page_id is 'The page that this row is in Notion; null until it is one.';
comment on column public.contacts_profiles.full_name is 'Notion property "Full Name" (title).';
comment on column public.contacts_profiles.contact_id is 'Notion property "Contact ID" (rich text).';
comment on column public.contacts_profiles.email is 'Notion property "Email" (email).';
comment on column public.contacts_profiles.phone is 'Notion property "Phone" (phone number).';
comment on column public.contacts_profiles.contact_type is 'Notion property "Contact Type" (select).';
comment on column public.contacts_profiles.business_entity_id is 'Notion property "Business Entity" (relation).';
comment on column public.contacts_profiles.lead_source is 'Notion property "Lead Source" (select). How the person first came to us.';
comment on column public.contacts_profiles.status is 'Notion property "Status" (select).';
comment on column public.contacts_profiles.tags is 'Notion property "Tags" (multi select).';
comment on column public.contacts_profiles.date_added is 'Notion property "Date Added" (date). When the person first became known to us.';
comment on column public.contacts_profiles.last_interaction is 'Notion property "Last Interaction" (date).';
comment on column public.contacts_profiles.address is 'Notion property "Address" (rich text).';
comment on column public.contacts_profiles.city is 'Notion property "City" (rich text).';
comment on column public.contacts_profiles.state_province is 'Notion property "State/Province" (rich text).';
comment on column public.contacts_profiles.country is 'Notion property "Country" (select).';
comment on column public.contacts_profiles.postal_code is 'Notion property "Postal Code" (rich text).';
comment on column public.contacts_profiles.company is 'Notion property "Company" (rich text).';
comment on column public.contacts_profiles.job_title is 'Notion property "Job Title" (rich text).';
comment on column public.contacts_profiles.notes is 'Notion property "Notes" (rich text).';
comment on column public.contacts_profiles.external_ids is 'Notion property "External IDs" (rich text). The ids of this person in other systems, by system.';
comment on column public.contacts_profiles.external_ids_json is 'The JSON in external_ids; null where that is not valid JSON.';
comment on column public.contacts_profiles.needs_sync is 'Notion property "Needs Sync" (formula, worked out by Notion).';
comment on column public.contacts_profiles.days_since_last_interaction is 'Notion property "Days Since Last Interaction" (formula, worked out by Notion).';
comment on column public.contacts_profiles.last_modified is 'Notion property "Last Modified" (last edited time, worked out by Notion).';
comment on column public.contacts_profiles.created_at is 'When the row was made.';
comment on column public.contacts_profiles.updated_at is 'When a value of the row last changed.';
comment on column public.contacts_profiles.last_synced_at is 'When the row and its page were last brought into step. Notion property "Last Synced".';
comment on column public.contacts_profiles.deleted_at is 'When the page went to the trash; null while alive. Setting it trashes, clearing restores.';
comment on column public.contacts_profiles.notion_extra is 'What Notion holds and no column can, by property title.';

comment on table public.community_members is 'Notion database "Community Hub". A membership of the community, on whichever platform the member is.';
comment on column public.community_members.id is 'The row''s own id.';
comment on column public.community_members.notion_page_id is 'The page that this row is in Notion; null until it is one.';
comment on column public.community_members.member_name is 'Notion property "Member Name" (title).';
comment on column public.community_members.member_id is 'Notion property "Member ID" (rich text).';
comment on column public.community_members.contact_profile_id is 'Notion property "Contact Profile" (relation).';
comment on column public.community_members.member_email is 'Notion property "Member Email" (email).';
comment on column public.community_members.join_date is 'Notion property "Join Date" (date).';
comment on column public.community_members.membership_level is 'Notion property "Membership Level" (select).';
comment on column public.community_members.membership_status is 'Notion property "Membership Status" (select).';
comment on column public.community_members.primary_platform is 'Notion property "Primary Platform" (select).';
comment on column public.community_members.platform_ids is 'Notion property "Platform IDs" (rich text). The ids of the member on each platform, by platform.';
comment on column public.community_members.platform_ids_json is 'The JSON in platform_ids; null where that is not valid JSON.';
comment on column public.community_members.engagement_score is 'Notion property "Engagement Score" (number). How active the member is, from 0 to 100.';
comment on column public.community_members.last_active_date is 'Notion property "Last Active Date" (date).';
comment on column public.community_members.interests is 'Notion property "Interests" (multi select).';
comment on column public.community_members.badges is 'Notion property "Badges" (multi select).';
comment on column public.community_members.business_entity_id is 'Notion property "Business Entity" (relation).';
comment on column public.community_members.needs_sync is 'Notion property "Needs Sync" (formula, worked out by Notion).';
comment on column public.community_members.days_since_active is 'Notion property "Days Since Active" (formula, worked out by Notion).';
comment on column public.community_members.membership_age is 'Notion property "Membership Age" (formula, worked out by Notion).';
comment on column public.community_members.last_modified is 'Notion property "Last Modified" (last edited time, worked out by Notion).';
comment on column public.community_members.created_at is 'When the row was made.';
comment on column public.community_members.updated_at is 'When a value of the row last changed.';
comment on column public.community_members.last_synced_at is 'When the row and its page were last brought into step. Notion property "Last Synced".';
comment on column public.community_members.deleted_at is 'When the page went to the trash; null while alive. Setting it trashes, clearing restores.';
comment on column public.community_members.notion_extra is 'What Notion holds and no column can, by property title.';

comment on table public.products_services is 'Notion database "Products & Services". Something that a business sells: a product, a service, a course, a retreat.';
comment on column public.products_services.id is 'The row''s own id.';
comment on column public.products_services.notion_page_id is 'The page that this row is in Notion; null until it is one.';
comment on column public.products_services.name is 'Notion property "Name" (title).';
comment on column public.products_services.product_id is 'Notion property "Product ID" (rich text).';
comment on column public.products_services.type is 'Notion property "Type" (select).';
comment on column public.products_services.description is 'Notion property "Description" (rich text).';
comment on column public.products_services.price is 'Notion property "Price" (number).';
comment on column public.products_services.status is 'Notion property "Status" (select).';
comment on column public.products_services.inventory_count is 'Notion property "Inventory Count" (number).';
comment on column public.products_services.business_entity_id is 'Notion property "Business Entity" (relation).';
comment on column public.products_services.integration_system is 'Notion property "Integration System" (select). The system that sells or books it.';
comment on column public.products_services.external_id is 'Notion property "External ID" (rich text). Its id in the integration system.';
comment on column public.products_services.images is 'Notion property "Images" (files).';
comment on column public.products_services.booking_link is 'Notion property "Booking Link" (url).';
comment on column public.products_services.duration_minutes is 'Notion property "Duration Minutes" (number).';
comment on column public.products_services.categories is 'Notion property "Categories" (multi select).';
comment on column public.products_services.tags is 'Notion property "Tags" (multi select).';
comment on column public.products_services.needs_sync is 'Notion property "Needs Sync" (formula, worked out by Notion).';
comment on column public.products_services.price_tier is 'Notion property "Price Tier" (formula, worked out by Notion).';
comment on column public.products_services.is_physical is 'Notion property "Is Physical" (formula, worked out by Notion).';
comment on column public.products_services.last_modified is 'Notion property "Last Modified" (last edited time, worked out by Notion).';
comment on column public.products_services.created_at is 'When the row was made.';
comment on column public.products_services.updated_at is 'When a value of the row last changed.';
comment on column public.products_services.last_synced_at is 'When the row and its page were last brought into step. Notion property "Last Synced".';
comment on column public.products_services.deleted_at is 'When the page went to the trash; null while alive. Setting it trashes, clearing restores.';
comment on column public.products_services.notion_extra is 'What Notion holds and no column can, by property title.';

comment on table public.workflow_instances is 'Notion database "Workflow Instances". One run of a workflow, from its start date to its end date.';
comment on column public.workflow_instances.id is 'The row''s own id.';
comment on column public.workflow_instances.notion_page_id is 'The page that this row is in Notion; null until it is one.';
comment on column public.workflow_instances.instance_name is 'Notion property "Instance Name" (title).';
comment on column public.workflow_instances.instance_id is 'Notion property "Instance ID" (rich text).';
comment on column public.workflow_instances.workflow_id is 'Notion property "Workflow" (relation).';
comment on column public.workflow_instances.status is 'Notion property "Status" (select).';
comment on column public.workflow_instances.current_step is 'Notion property "Current Step" (rich text).';
comment on column public.workflow_instances.business_entity_id is 'Notion property "Business Entity" (relation).';
comment on column public.workflow_instances.contact_id is 'Notion property "Contact" (relation).';
comment on column public.workflow_instances.start_date is 'Notion property "Start Date" (date).';
comment on column public.workflow_instances.end_date is 'Notion property "End Date" (date).';
comment on column public.workflow_instances.step_history is 'Notion property "Step History" (rich text). The steps taken so far, oldest first.';
comment on column public.workflow_instances.step_history_json is 'The JSON in step_history; null where that is not valid JSON.';
comment on column public.workflow_instances.data_payload is 'Notion property "Data Payload" (rich text). The data that the instance works on.';
comment on column public.workflow_instances.data_payload_json is 'The JSON in data_payload; null where that is not valid JSON.';
comment on column public.workflow_instances.priority is 'Notion property "Priority" (select).';
comment on column public.workflow_instances.assigned_agent_id is 'Notion property "Assigned Agent" (relation).';
comment on column public.workflow_instances.source_system is 'Notion property "Source System" (select).';
comment on column public.workflow_instances.needs_sync is 'Notion property "Needs Sync" (formula, worked out by Notion).';
comment on column public.workflow_instances.duration_days is 'Notion property "Duration Days" (formula, worked out by Notion).';
comment on column public.workflow_instances.sla_status is 'Notion property "SLA Status" (formula, worked out by Notion). Whether it is in time.';
comment on column public.workflow_instances.last_modified is 'Notion property "Last Modified" (last edited time, worked out by Notion).';
comment on column public.workflow_instances.created_at is 'When the row was made.';
comment on column public.workflow_instances.updated_at is 'When a value of the row last changed.';
comment on column public.workflow_instances.last_synced_at is 'When the row and its page were last brought into step. Notion property "Last Synced".';
comment on column public.workflow_instances.deleted_at is 'When the page went to the trash; null while alive. Setting it trashes, clearing restores.';
comment on column public.workflow_instances.notion_extra is 'What Notion holds and no column can, by property title.';

comment on table public.marketing_campaigns is 'Notion database "Marketing Campaigns". A campaign: whom it speaks to, through which channels, at what cost.';
comment on column public.marketing_campaigns.id is 'The row''s own id.';
comment on column public.marketing_campaigns.notion_page_id is 'The page that this row is in Notion; null until it is one.';
comment on column public.marketing_campaigns.campaign_name is 'Notion property "Campaign Name" (title).';
comment on column public.marketing_campaigns.campaign_id is 'Notion property "Campaign ID" (rich text).';
comment on column public.marketing_campaigns.description is 'Notion property "Description" (rich text).';
comment on column public.marketing_campaigns.status is 'Notion property "Status" (select).';
comment on column public.marketing_campaigns.business_entity_id is 'Notion property "Business Entity" (relation).';
comment on column public.marketing_campaigns.campaign_type is 'Notion property "Campaign Type" (select).';
comment on column public.marketing_campaigns.start_date is 'Notion property "Start Date" (date).';
comment on column public.marketing_campaigns.end_date is 'Notion property "End Date" (date).';
comment on column public.marketing_campaigns.target_audience is 'Notion property "Target Audience" (multi select).';
comment on column public.marketing_campaigns.channels is 'Notion property "Channels" (multi select).';
comment on column public.marketing_campaigns.budget is 'Notion property "Budget" (number).';
comment on column public.marketing_campaigns.content_pieces is 'Notion property "Content Pieces" (rich text). What is published, and where.';
comment on column public.marketing_campaigns.performance_metrics is 'Notion property "Performance Metrics" (rich text). The figures by which the campaign is judged.';
comment on column public.marketing_campaigns.performance_metrics_json is 'The JSON in performance_metrics; null where that is not valid JSON.';
comment on column public.marketing_campaigns.goals is 'Notion property "Goals" (rich text).';
comment on column public.marketing_campaigns.owner is 'Notion property "Owner" (people).';
comment on column public.marketing_campaigns.workflow_instance_id is 'Notion property "Workflow Instance" (relation).';
comment on column public.marketing_campaigns.needs_sync is 'Notion property "Needs Sync" (formula, worked out by Notion).';
comment on column public.marketing_campaigns.campaign_duration is 'Notion property "Campaign Duration" (formula, worked out by Notion).';
comment on column public.marketing_campaigns.campaign_status_color is 'Notion property "Campaign Status Color" (formula, worked out by Notion).';
comment on column public.marketing_campaigns.last_modified is 'Notion property "Last Modified" (last edited time, worked out by Notion).';
comment on column public.marketing_campaigns.created_at is 'When the row was made.';
comment on column public.marketing_campaigns.updated_at is 'When a value of the row last changed.';
comment on column public.marketing_campaigns.last_synced_at is 'When the row and its page were last brought into step. Notion property "Last Synced".';
comment on column public.marketing_campaigns.deleted_at is 'When the page went to the trash; null while alive. Setting it trashes, clearing restores.';
comment on column public.marketing_campaigns.notion_extra is 'What Notion holds and no column can, by property title.';

comment on table public.feedback_surveys is 'Notion database "Feedback & Surveys". One answer from a client: a review, a complaint, a survey response.';
comment on column public.feedback_surveys.id is 'The row''s own id.';
comment on column public.feedback_surveys.notion_page_id is 'The page that this row is in Notion; null until it is one.';
comment on column public.feedback_surveys.title is 'Notion property "Title" (title).';
comment on column public.feedback_surveys.feedback_id is 'Notion property "Feedback ID" (rich text).';
comment on column public.feedback_surveys.source is 'Notion property "Source" (select).';
comment on column public.feedback_surveys.contact_id is 'Notion property "Contact" (relation).';
comment on column public.feedback_surveys.related_product_service_id is 'Notion property "Related Product/Service" (relation).';
comment on column public.feedback_surveys.related_workflow_instance_id is 'Notion property "Related Workflow Instance" (relation).';
comment on column public.feedback_surveys.date_received is 'Notion property "Date Received" (date).';
comment on column public.feedback_surveys.business_entity_id is 'Notion property "Business Entity" (relation).';
comment on column public.feedback_surveys.feedback_type is 'Notion property "Feedback Type" (select).';
comment on column public.feedback_surveys.rating is 'Notion property "Rating" (number).';
comment on column public.feedback_surveys.feedback_content is 'Notion property "Feedback Content" (rich text).';
comment on column public.feedback_surveys.sentiment is 'Notion property "Sentiment" (select).';
comment on column public.feedback_surveys.status is 'Notion property "Status" (select).';
comment on column public.feedback_surveys.response is 'Notion property "Response" (rich text). What we answered.';
comment on column public.feedback_surveys.response_date is 'Notion property "Response Date" (date).';
comment on column public.feedback_surveys.tags is 'Notion property "Tags" (multi select).';
comment on column public.feedback_surveys.external_reference_id is 'Notion property "External Reference ID" (rich text). The id of the answer in the system it came from.';
comment on column public.feedback_surveys.needs_sync is 'Notion property "Needs Sync" (formula, worked out by Notion).';
comment on column public.feedback_surveys.response_time is 'Notion property "Response Time" (formula, worked out by Notion).';
comment on column public.feedback_surveys.days_since_received is 'Notion property "Days Since Received" (formula, worked out by Notion).';
comment on column public.feedback_surveys.last_modified is 'Notion property "Last Modified" (last edited time, worked out by Notion).';
comment on column public.feedback_surveys.created_at is 'When the row was made.';
comment on column public.feedback_surveys.updated_at is 'When a value of the row last changed.';
comment on column public.feedback_surveys.last_synced_at is 'When the row and its page were last brought into step. Notion property "Last Synced".';
comment on column public.feedback_surveys.deleted_at is 'When the page went to the trash; null while alive. Setting it trashes, clearing restores.';
comment on column public.feedback_surveys.notion_extra is 'What Notion holds and no column can, by property title.';

comment on table public.rewards_bounties is 'Notion database "Rewards & Bounties". A reward that members and clients can earn.';
comment on column public.rewards_bounties.id is 'The row''s own id.';
comment on column public.rewards_bounties.notion_page_id is 'The page that this row is in Notion; null until it is one.';
comment on column public.rewards_bounties.reward_name is 'Notion property "Reward Name" (title).';
comment on column public.rewards_bounties.reward_id is 'Notion property "Reward ID" (rich text).';
comment on column public.rewards_bounties.description is 'Notion property "Description" (rich text).';
comment on column public.rewards_bounties.reward_type is 'Notion property "Reward Type" (select).';
comment on column public.rewards_bounties.status is 'Notion property "Status" (select).';
comment on column public.rewards_bounties.points_value is 'Notion property "Points Value" (number).';
comment on column public.rewards_bounties.monetary_value is 'Notion property "Monetary Value" (number).';
comment on column public.rewards_bounties.business_entity_id is 'Notion property "Business Entity" (relation).';
comment on column public.rewards_bounties.eligibility_criteria is 'Notion property "Eligibility Criteria" (rich text).';
comment on column public.rewards_bounties.start_date is 'Notion property "Start Date" (date).';
comment on column public.rewards_bounties.end_date is 'Notion property "End Date" (date).';
comment on column public.rewards_bounties.redemption_count is 'Notion property "Redemption Count" (number). How often it was redeemed so far.';
comment on column public.rewards_bounties.maximum_redemptions is 'Notion property "Maximum Redemptions" (number).';
comment on column public.rewards_bounties.target_audience is 'Notion property "Target Audience" (multi select).';
comment on column public.rewards_bounties.redemption_instructions is 'Notion property "Redemption Instructions" (rich text).';
comment on column public.rewards_bounties.redemption_code is 'Notion property "Redemption Code" (rich text). What a client types in to redeem it.';
comment on column public.rewards_bounties.image is 'Notion property "Image" (files).';
comment on column public.rewards_bounties.needs_sync is 'Notion property "Needs Sync" (formula, worked out by Notion).';
comment on column public.rewards_bounties.redemption_percentage is 'Notion property "Redemption Percentage" (formula, worked out by Notion).';
comment on column public.rewards_bounties.days_remaining is 'Notion property "Days Remaining" (formula, worked out by Notion).';
comment on column public.rewards_bounties.last_modified is 'Notion property "Last Modified" (last edited time, worked out by Notion).';
comment on column public.rewards_bounties.created_at is 'When the row was made.';
comment on column public.rewards_bounties.updated_at is 'When a value of the row last changed.';
comment on column public.rewards_bounties.last_synced_at is 'When the row and its page were last brought into step. Notion property "Last Synced".';
comment on column public.rewards_bounties.deleted_at is 'When the page went to the trash; null while alive. Setting it trashes, clearing restores.';
comment on column public.rewards_bounties.notion_extra is 'What Notion holds and no column can, by property title.';

comment on table public.tasks is 'Notion database "Master Tasks Database". A piece of work for somebody, by itself or as a part of a workflow instance.';
comment on column public.tasks.id is 'The row''s own id.';
comment on column public.tasks.notion_page_id is 'The page that this row is in Notion; null until it is one.';
comment on column public.tasks.task_name is 'Notion property "Task Name" (title).';
comment on column public.tasks.task_id is 'Notion property "Task ID" (rich text).';
comment on column public.tasks.status is 'Notion property "Status" (select).';
comment on column public.tasks.description is 'Notion property "Description" (rich text).';
comment on column public.tasks.priority is 'Notion property "Priority" (select).';
comment on column public.tasks.due_date is 'Notion property "Due Date" (date).';
comment on column public.tasks.assigned_to is 'Notion property "Assigned To" (people).';
comment on column public.tasks.related_workflow_instance_id is 'Notion property "Related Workflow Instance" (relation).';
comment on column public.tasks.related_business_entity_id is 'Notion property "Related Business Entity" (relation).';
comment on column public.tasks.created_by is 'Notion property "Created By" (rich text).';
comment on column public.tasks.created_date is 'Notion property "Created Date" (date).';
comment on column public.tasks.last_edited_date is 'Notion property "Last Edited Date" (date).';
comment on column public.tasks.completed_date is 'Notion property "Completed Date" (date).';
comment on column public.tasks.tags is 'Notion property "Tags" (multi select).';
comment on column public.tasks.estimated_time is 'Notion property "Estimated Time" (number).';
comment on column public.tasks.actual_time is 'Notion property "Actual Time" (number).';
comment on column public.tasks.notes is 'Notion property "Notes" (rich text).';
comment on column public.tasks.source is 'Notion property "Source" (select). Where the task came from.';
comment on column public.tasks.needs_sync is 'Notion property "Needs Sync" (formula, worked out by Notion).';
comment on column public.tasks.days_until_due is 'Notion property "Days Until Due" (formula, worked out by Notion).';
comment on column public.tasks.completion_time is 'Notion property "Completion Time" (formula, worked out by Notion).';
comment on column public.tasks.last_modified is 'Notion property "Last Modified" (last edited time, worked out by Notion).';
comment on column public.tasks.created_at is 'When the row was made.';
comment on column public.tasks.updated_at is 'When a value of the row last changed.';
comment on column public.tasks.last_synced_at is 'When the row and its page were last brought into step. Notion property "Last Synced".';
comment on column public.tasks.deleted_at is 'When the page went to the trash; null while alive. Setting it trashes, clearing restores.';
comment on column public.tasks.notion_extra is 'What Notion holds and no column can, by property title.';

comment on table public.agent_communication_patterns is 'Notion database "Agent Communication Patterns". A way in which one agent talks to another.';
comment on column public.agent_communication_patterns.id is 'The row''s own id.';
comment on column public.agent_communication_patterns.notion_page_id is 'The page that this row is in Notion; null until it is one.';
comment on column public.agent_communication_patterns.pattern_name is 'Notion property "Pattern Name" (title).';
comment on column public.agent_communication_patterns.description is 'Notion property "Description" (rich text).';
comment on column public.agent_communication_patterns.source_agent_id is 'Notion property "Source Agent" (relation).';
comment on column public.agent_communication_patterns.target_agent_id is 'Notion property "Target Agent" (relation).';
comment on column public.agent_communication_patterns.message_format is 'Notion property "Message Format" (rich text). The shape of a message, as a JSON document.';
comment on column public.agent_communication_patterns.message_format_json is 'The JSON in message_format; null where that is not valid JSON.';
comment on column public.agent_communication_patterns.communication_protocol is 'Notion property "Communication Protocol" (select).';
comment on column public.agent_communication_patterns.sample_payload is 'Notion property "Sample Payload" (rich text). One message, as an example.';
comment on column public.agent_communication_patterns.sample_payload_json is 'The JSON in sample_payload; null where that is not valid JSON.';
comment on column public.agent_communication_patterns.version is 'Notion property "Version" (rich text).';
comment on column public.agent_communication_patterns.status is 'Notion property "Status" (select).';
comment on column public.agent_communication_patterns.created_date is 'Notion property "Created Date" (date).';
comment on column public.agent_communication_patterns.last_updated is 'Notion property "Last Updated" (date).';
comment on column public.agent_communication_patterns.success_criteria is 'Notion property "Success Criteria" (rich text).';
comment on column public.agent_communication_patterns.error_handling is 'Notion property "Error Handling" (rich text).';
comment on column public.agent_communication_patterns.timeout_settings is 'Notion property "Timeout Settings" (number).';
comment on column public.agent_communication_patterns.required_permissions is 'Notion property "Required Permissions" (multi select).';
comment on column public.agent_communication_patterns.tags is 'Notion property "Tags" (multi select).';
comment on column public.agent_communication_patterns.documentation_url is 'Notion property "Documentation URL" (url).';
comment on column public.agent_communication_patterns.needs_sync is 'Notion property "Needs Sync" (formula, worked out by Notion).';
comment on column public.agent_communication_patterns.days_since_updated is 'Notion property "Days Since Updated" (formula, worked out by Notion).';
comment on column public.agent_communication_patterns.usage_count is 'Notion property "Usage Count" (formula, worked out by Notion).';
comment on column public.agent_communication_patterns.last_modified is 'Notion property "Last Modified" (last edited time, worked out by Notion).';
comment on column public.agent_communication_patterns.created_at is 'When the row was made.';
comment on column public.agent_communication_patterns.updated_at is 'When a value of the row last changed.';
comment on column public.agent_communication_patterns.last_synced_at is 'When the row and its page were last brought into step. Notion property "Last Synced".';
comment on column public.agent_communication_patterns.deleted_at is 'When the page went to the trash; null while alive. Setting it trashes, clearing restores.';
comment on column public.agent_communication_patterns.notion_extra is 'What Notion holds and no column can, by property title.';

comment on table public.agents is 'Notion database "Agent Registry". A program that works for the businesses.';
comment on column public.agents.id is 'The row''s own id.';
comment on column public.agents.notion_page_id is 'The page that this row is in Notion; null until it is one.';
comment on column public.agents.agent_name is 'Notion property "Agent Name" (title).';
comment on column public.agents.agent_id is 'Notion property "Agent ID" (rich text).';
comment on column public.agents.description is 'Notion property "Description" (rich text).';
comment on column public.agents.version is 'Notion property "Version" (rich text).';
comment on column public.agents.status is 'Notion property "Status" (select).';
comment on column public.agents.capabilities is 'Notion property "Capabilities" (multi select).';
comment on column public.agents.primary_apis_utilized is 'Notion property "Primary APIs Utilized" (multi select). The services that the agent works with most.';
comment on column public.agents.runtime_environment is 'Notion property "Runtime Environment" (select).';
comment on column public.agents.source_code_location is 'Notion property "Source Code Location" (rich text).';
comment on column public.agents.last_execution is 'Notion property "Last Execution" (date).';
comment on column public.agents.execution_count is 'Notion property "Execution Count" (number).';
comment on column public.agents.success_rate is 'Notion property "Success Rate" (number). A fraction; 1: always.';
comment on column public.agents.owner is 'Notion property "Owner" (people).';
comment on column public.agents.documentation_url is 'Notion property "Documentation URL" (url).';
comment on column public.agents.needs_sync is 'Notion property "Needs Sync" (formula, worked out by Notion).';
comment on column public.agents.days_since_last_execution is 'Notion property "Days Since Last Execution" (formula, worked out by Notion).';
comment on column public.agents.api_count is 'Notion property "API Count" (formula, worked out by Notion).';
comment on column public.agents.last_modified is 'Notion property "Last Modified" (last edited time, worked out by Notion).';
comment on column public.agents.created_at is 'When the row was made.';
comment on column public.agents.updated_at is 'When a value of the row last changed.';
comment on column public.agents.last_synced_at is 'When the row and its page were last brought into step. Notion property "Last Synced".';
comment on column public.agents.deleted_at is 'When the page went to the trash; null while alive. Setting it trashes, clearing restores.';
comment on column public.agents.notion_extra is 'What Notion holds and no column can, by property title.';

comment on table public.api_integrations is 'Notion database "API Integrations Catalog". A connection to an outside service.';
comment on column public.api_integrations.id is 'The row''s own id.';
comment on column public.api_integrations.notion_page_id is 'The page that this row is in Notion; null until it is one.';
comment on column public.api_integrations.integration_name is 'Notion property "Integration Name" (title).';
comment on column public.api_integrations.integration_id is 'Notion property "Integration ID" (rich text).';
comment on column public.api_integrations.description is 'Notion property "Description" (rich text).';
comment on column public.api_integrations.api_platform is 'Notion property "API Platform" (select).';
comment on column public.api_integrations.status is 'Notion property "Status" (select).';
comment on column public.api_integrations.api_version is 'Notion property "API Version" (rich text).';
comment on column public.api_integrations.auth_method is 'Notion property "Auth Method" (select).';
comment on column public.api_integrations.api_key_reference is 'Notion property "API Key Reference" (rich text). Where the key is kept, never the key itself.';
comment on column public.api_integrations.base_url is 'Notion property "Base URL" (url).';
comment on column public.api_integrations.documentation_url is 'Notion property "Documentation URL" (url).';
comment on column public.api_integrations.rate_limits is 'Notion property "Rate Limits" (rich text).';
comment on column public.api_integrations.endpoints_used is 'Notion property "Endpoints Used" (rich text).';
comment on column public.api_integrations.implementation_notes is 'Notion property "Implementation Notes" (rich text).';
comment on column public.api_integrations.last_tested is 'Notion property "Last Tested" (date). When the connection was last seen to work.';
comment on column public.api_integrations.owner is 'Notion property "Owner" (people).';
comment on column public.api_integrations.tags is 'Notion property "Tags" (multi select).';
comment on column public.api_integrations.needs_sync is 'Notion property "Needs Sync" (formula, worked out by Notion).';
comment on column public.api_integrations.days_since_tested is 'Notion property "Days Since Tested" (formula, worked out by Notion).';
comment on column public.api_integrations.usage_count is 'Notion property "Usage Count" (formula, worked out by Notion).';
comment on column public.api_integrations.last_modified is 'Notion property "Last Modified" (last edited time, worked out by Notion).';
comment on column public.api_integrations.created_at is 'When the row was made.';
comment on column public.api_integrations.updated_at is 'When a value of the row last changed.';
comment on column public.api_integrations.last_synced_at is 'When the row and its page were last brought into step. Notion property "Last Synced".';
comment on column public.api_integrations.deleted_at is 'When the page went to the trash; null while alive. Setting it trashes, clearing restores.';
comment on column public.api_integrations.notion_extra is 'What Notion holds and no column can, by property title.';

comment on table public.data_transformations is 'Notion database "Data Transformations Registry". How data from one system becomes data for another.';
comment on column public.data_transformations.id is 'The row''s own id.';
comment on column public.data_transformations.notion_page_id is 'The page that this row is in Notion; null until it is one.';
comment on column public.data_transformations.transformation_name is 'Notion property "Transformation Name" (title).';
comment on column public.data_transformations.transformation_id is 'Notion property "Transformation ID" (rich text).';
comment on column public.data_transformations.description is 'Notion property "Description" (rich text).';
comment on column public.data_transformations.source_format is 'Notion property "Source Format" (select).';
comment on column public.data_transformations.target_format is 'Notion property "Target Format" (select).';
comment on column public.data_transformations.transformation_logic is 'Notion property "Transformation Logic" (rich text). The rules, in words or in code.';
comment on column public.data_transformations.sample_input is 'Notion property "Sample Input" (rich text).';
comment on column public.data_transformations.sample_output is 'Notion property "Sample Output" (rich text).';
comment on column public.data_transformations.source_system is 'Notion property "Source System" (select).';
comment on column public.data_transformations.target_system is 'Notion property "Target System" (select).';
comment on column public.data_transformations.status is 'Notion property "Status" (select).';
comment on column public.data_transformations.version is 'Notion property "Version" (rich text).';
comment on column public.data_transformations.created_date is 'Notion property "Created Date" (date).';
comment on column public.data_transformations.last_updated is 'Notion property "Last Updated" (date).';
comment on column public.data_transformations.owner is 'Notion property "Owner" (people).';
comment on column public.data_transformations.tags is 'Notion property "Tags" (multi select).';
comment on column public.data_transformations.needs_sync is 'Notion property "Needs Sync" (formula, worked out by Notion).';
comment on column public.data_transformations.days_since_updated is 'Notion property "Days Since Updated" (formula, worked out by Notion).';
comment on column public.data_transformations.usage_count is 'Notion property "Usage Count" (formula, worked out by Notion).';
comment on column public.data_transformations.last_modified is 'Notion property "Last Modified" (last edited time, worked out by Notion).';
comment on column public.data_transformations.created_at is 'When the row was made.';
comment on column public.data_transformations.updated_at is 'When a value of the row last changed.';
comment on column public.data_transformations.last_synced_at is 'When the row and its page were last brought into step. Notion property "Last Synced".';
comment on column public.data_transformations.deleted_at is 'When the page went to the trash; null while alive. Setting it trashes, clearing restores.';
comment on column public.data_transformations.notion_extra is 'What Notion holds and no column can, by property title.';

comment on table public.notification_templates is 'Notion database "Notifications Templates". The wording of a message that is sent when something happens.';
comment on column public.notification_templates.id is 'The row''s own id.';
comment on column public.notification_templates.notion_page_id is 'The page that this row is in Notion; null until it is one.';
comment on column public.notification_templates.template_name is 'Notion property "Template Name" (title).';
comment on column public.notification_templates.template_id is 'Notion property "Template ID" (rich text).';
comment on column public.notification_templates.description is 'Notion property "Description" (rich text).';
comment on column public.notification_templates.channel is 'Notion property "Channel" (select).';
comment on column public.notification_templates.content_template is 'Notion property "Content Template" (rich text).';
comment on column public.notification_templates.subject_template is 'Notion property "Subject Template" (rich text).';
comment on column public.notification_templates.supported_placeholders is 'Notion property "Supported Placeholders" (rich text). The names that it fills in.';
comment on column public.notification_templates.trigger_event is 'Notion property "Trigger Event" (select). What has to happen for the message to be sent.';
comment on column public.notification_templates.status is 'Notion property "Status" (select).';
comment on column public.notification_templates.version is 'Notion property "Version" (rich text).';
comment on column public.notification_templates.created_by is 'Notion property "Created By" (people).';
comment on column public.notification_templates.created_date is 'Notion property "Created Date" (date).';
comment on column public.notification_templates.last_updated is 'Notion property "Last Updated" (date).';
comment on column public.notification_templates.last_sent is 'Notion property "Last Sent" (date).';
comment on column public.notification_templates.send_count is 'Notion property "Send Count" (number).';
comment on column public.notification_templates.sample_rendered_output is 'Notion property "Sample Rendered Output" (rich text).';
comment on column public.notification_templates.tags is 'Notion property "Tags" (multi select).';
comment on column public.notification_templates.needs_sync is 'Notion property "Needs Sync" (formula, worked out by Notion).';
comment on column public.notification_templates.days_since_updated is 'Notion property "Days Since Updated" (formula, worked out by Notion).';
comment on column public.notification_templates.days_since_last_sent is 'Notion property "Days Since Last Sent" (formula, worked out by Notion).';
comment on column public.notification_templates.last_modified is 'Notion property "Last Modified" (last edited time, worked out by Notion).';
comment on column public.notification_templates.created_at is 'When the row was made.';
comment on column public.notification_templates.updated_at is 'When a value of the row last changed.';
comment on column public.notification_templates.last_synced_at is 'When the row and its page were last brought into step. Notion property "Last Synced".';
comment on column public.notification_templates.deleted_at is 'When the page went to the trash; null while alive. Setting it trashes, clearing restores.';
comment on column public.notification_templates.notion_extra is 'What Notion holds and no column can, by property title.';

comment on table public.use_cases is 'Notion database "Use Cases Library". Something that a business wants to be able to do, and what it takes.';
comment on column public.use_cases.id is 'The row''s own id.';
comment on column public.use_cases.notion_page_id is 'The page that this row is in Notion; null until it is one.';
comment on column public.use_cases.use_case_title is 'Notion property "Use Case Title" (title).';
comment on column public.use_cases.use_case_id is 'Notion property "Use Case ID" (rich text).';
comment on column public.use_cases.description is 'Notion property "Description" (rich text).';
comment on column public.use_cases.business_value is 'Notion property "Business Value" (rich text). What the business gains by it.';
comment on column public.use_cases.implementation_status is 'Notion property "Implementation Status" (select).';
comment on column public.use_cases.user_stories is 'Notion property "User Stories" (rich text).';
comment on column public.use_cases.acceptance_criteria is 'Notion property "Acceptance Criteria" (rich text).';
comment on column public.use_cases.priority is 'Notion property "Priority" (select).';
comment on column public.use_cases.complexity is 'Notion property "Complexity" (select).';
comment on column public.use_cases.estimated_effort is 'Notion property "Estimated Effort" (select).';
comment on column public.use_cases.stakeholders is 'Notion property "Stakeholders" (people).';
comment on column public.use_cases.created_date is 'Notion property "Created Date" (date).';
comment on column public.use_cases.target_implementation_date is 'Notion property "Target Implementation Date" (date).';
comment on column public.use_cases.actual_implementation_date is 'Notion property "Actual Implementation Date" (date).';
comment on column public.use_cases.tags is 'Notion property "Tags" (multi select).';
comment on column public.use_cases.documentation_url is 'Notion property "Documentation URL" (url).';
comment on column public.use_cases.needs_sync is 'Notion property "Needs Sync" (formula, worked out by Notion).';
comment on column public.use_cases.implementation_delay is 'Notion property "Implementation Delay" (formula, worked out by Notion).';
comment on column public.use_cases.workflow_coverage is 'Notion property "Workflow Coverage" (formula, worked out by Notion). Whether there is a workflow for it.';
comment on column public.use_cases.last_modified is 'Notion property "Last Modified" (last edited time, worked out by Notion).';
comment on column public.use_cases.created_at is 'When the row was made.';
comment on column public.use_cases.updated_at is 'When a value of the row last changed.';
comment on column public.use_cases.last_synced_at is 'When the row and its page were last brought into step. Notion property "Last Synced".';
comment on column public.use_cases.deleted_at is 'When the page went to the trash; null while alive. Setting it trashes, clearing restores.';
comment on column public.use_cases.notion_extra is 'What Notion holds and no column can, by property title.';

comment on table public.workflows is 'Notion database "Workflows Library". A process that can be run again and again; each run is a workflow instance.';
comment on column public.workflows.id is 'The row''s own id.';
comment on column public.workflows.notion_page_id is 'The page that this row is in Notion; null until it is one.';
comment on column public.workflows.workflow_name is 'Notion property "Workflow Name" (title).';
comment on column public.workflows.workflow_id is 'Notion property "Workflow ID" (rich text).';
comment on column public.workflows.description is 'Notion property "Description" (rich text).';
comment on column public.workflows.status is 'Notion property "Status" (select).';
comment on column public.workflows.trigger_type is 'Notion property "Trigger Type" (select).';
comment on column public.workflows.trigger_conditions is 'Notion property "Trigger Conditions" (rich text).';
comment on column public.workflows.workflow_steps is 'Notion property "Workflow Steps" (rich text). The steps, in order.';
comment on column public.workflows.workflow_steps_json is 'The JSON in workflow_steps; null where that is not valid JSON.';
comment on column public.workflows.active_instances_count is 'Notion property "Active Instances Count" (number).';
comment on column public.workflows.total_instances_count is 'Notion property "Total Instances Count" (number).';
comment on column public.workflows.average_completion_time is 'Notion property "Average Completion Time" (number).';
comment on column public.workflows.success_rate is 'Notion property "Success Rate" (number). A fraction; 1: always.';
comment on column public.workflows.version is 'Notion property "Version" (rich text).';
comment on column public.workflows.created_date is 'Notion property "Created Date" (date).';
comment on column public.workflows.last_updated is 'Notion property "Last Updated" (date).';
comment on column public.workflows.owner is 'Notion property "Owner" (people).';
comment on column public.workflows.data_schema is 'Notion property "Data Schema" (rich text). The data that an instance works on.';
comment on column public.workflows.tags is 'Notion property "Tags" (multi select).';
comment on column public.workflows.documentation_url is 'Notion property "Documentation URL" (url).';
comment on column public.workflows.needs_sync is 'Notion property "Needs Sync" (formula, worked out by Notion).';
comment on column public.workflows.days_since_updated is 'Notion property "Days Since Updated" (formula, worked out by Notion).';
comment on column public.workflows.integration_count is 'Notion property "Integration Count" (formula, worked out by Notion).';
comment on column public.workflows.last_modified is 'Notion property "Last Modified" (last edited time, worked out by Notion).';
comment on column public.workflows.created_at is 'When the row was made.';
comment on column public.workflows.updated_at is 'When a value of the row last changed.';
comment on column public.workflows.last_synced_at is 'When the row and its page were last brought into step. Notion property "Last Synced".';
comment on column public.workflows.deleted_at is 'When the page went to the trash; null while alive. Setting it trashes, clearing restores.';
comment on column public.workflows.notion_extra is 'What Notion holds and no column can, by property title.';

comment on table public.notion_users is 'The people and bots of the Notion workspace.';
comment on column public.notion_users.id is 'Notion''s id of the user, as in the columns that hold people.';
comment on column public.notion_users.name is 'The name that Notion shows.';
comment on column public.notion_users.email is 'The address, where Notion tells it.';
comment on column public.notion_users.avatar_url is 'The address of the picture.';
comment on column public.notion_users.kind is 'person, bot or group.';
comment on column public.notion_users.created_at is 'When the user was first seen.';
comment on column public.notion_users.updated_at is 'When something about the user last changed.';

comment on table public.business_entities_primary_workflows is 'The links of "Primary Workflows" in Notion database "Business Entities Registry".';
comment on column public.business_entities_primary_workflows.business_entity_id is 'The row that has the property.';
comment on column public.business_entities_primary_workflows.workflow_id is 'The row that it points to.';
comment on column public.business_entities_primary_workflows.position is 'Notion''s order: 0, 1, ...';

comment on table public.business_entities_active_agents is 'The links of "Active Agents" in Notion database "Business Entities Registry".';
comment on column public.business_entities_active_agents.business_entity_id is 'The row that has the property.';
comment on column public.business_entities_active_agents.agent_id is 'The row that it points to.';
comment on column public.business_entities_active_agents.position is 'Notion''s order: 0, 1, ...';

comment on table public.marketing_campaigns_related_products is 'The links of "Related Products" in Notion database "Marketing Campaigns".';
comment on column public.marketing_campaigns_related_products.marketing_campaign_id is 'The row that has the property.';
comment on column public.marketing_campaigns_related_products.product_service_id is 'The row that it points to.';
comment on column public.marketing_campaigns_related_products.position is 'Notion''s order: 0, 1, ...';

comment on table public.feedback_surveys_action_items is 'The links of "Action Items" in Notion database "Feedback & Surveys". The tasks that follow from it.';
comment on column public.feedback_surveys_action_items.feedback_survey_id is 'The row that has the property.';
comment on column public.feedback_surveys_action_items.task_id is 'The row that it points to.';
comment on column public.feedback_surveys_action_items.position is 'Notion''s order: 0, 1, ...';

comment on table public.rewards_bounties_related_products is 'The links of "Related Products" in Notion database "Rewards & Bounties".';
comment on column public.rewards_bounties_related_products.reward_bounty_id is 'The row that has the property.';
comment on column public.rewards_bounties_related_products.product_service_id is 'The row that it points to.';
comment on column public.rewards_bounties_related_products.position is 'Notion''s order: 0, 1, ...';

comment on table public.tasks_dependencies is 'The links of "Dependencies" in Notion database "Master Tasks Database". The tasks that have to be done before this one.';
comment on column public.tasks_dependencies.task_id is 'The row that has the property.';
comment on column public.tasks_dependencies.dependency_id is 'The row that it points to.';
comment on column public.tasks_dependencies.position is 'Notion''s order: 0, 1, ...';

comment on table public.tasks_subtasks is 'The links of "Subtasks" in Notion database "Master Tasks Database". What it is made of.';
comment on column public.tasks_subtasks.task_id is 'The row that has the property.';
comment on column public.tasks_subtasks.subtask_id is 'The row that it points to.';
comment on column public.tasks_subtasks.position is 'Notion''s order: 0, 1, ...';

comment on table public.agent_communication_patterns_active_workflows_using is 'The links of "Active Workflows Using" in Notion database "Agent Communication Patterns".';
comment on column public.agent_communication_patterns_active_workflows_using.agent_communication_pattern_id is 'The row that has the property.';
comment on column public.agent_communication_patterns_active_workflows_using.workflow_id is 'The row that it points to.';
comment on column public.agent_communication_patterns_active_workflows_using.position is 'Notion''s order: 0, 1, ...';

comment on table public.agents_communication_patterns is 'The links of "Communication Patterns" in Notion database "Agent Registry".';
comment on column public.agents_communication_patterns.agent_id is 'The row that has the property.';
comment on column public.agents_communication_patterns.agent_communication_pattern_id is 'The row that it points to.';
comment on column public.agents_communication_patterns.position is 'Notion''s order: 0, 1, ...';

comment on table public.agents_api_integrations is 'The links of "API Integrations" in Notion database "Agent Registry".';
comment on column public.agents_api_integrations.agent_id is 'The row that has the property.';
comment on column public.agents_api_integrations.api_integration_id is 'The row that it points to.';
comment on column public.agents_api_integrations.position is 'Notion''s order: 0, 1, ...';

comment on table public.agents_data_transformations is 'The links of "Data Transformations" in Notion database "Agent Registry".';
comment on column public.agents_data_transformations.agent_id is 'The row that has the property.';
comment on column public.agents_data_transformations.data_transformation_id is 'The row that it points to.';
comment on column public.agents_data_transformations.position is 'Notion''s order: 0, 1, ...';

comment on table public.agents_workflows is 'The links of "Workflows" in Notion database "Agent Registry".';
comment on column public.agents_workflows.agent_id is 'The row that has the property.';
comment on column public.agents_workflows.workflow_id is 'The row that it points to.';
comment on column public.agents_workflows.position is 'Notion''s order: 0, 1, ...';

comment on table public.api_integrations_business_entities is 'The links of "Business Entities" in Notion database "API Integrations Catalog".';
comment on column public.api_integrations_business_entities.api_integration_id is 'The row that has the property.';
comment on column public.api_integrations_business_entities.business_entity_id is 'The row that it points to.';
comment on column public.api_integrations_business_entities.position is 'Notion''s order: 0, 1, ...';

comment on table public.api_integrations_data_mapping is 'The links of "Data Mapping" in Notion database "API Integrations Catalog". Between the service and us.';
comment on column public.api_integrations_data_mapping.api_integration_id is 'The row that has the property.';
comment on column public.api_integrations_data_mapping.data_transformation_id is 'The row that it points to.';
comment on column public.api_integrations_data_mapping.position is 'Notion''s order: 0, 1, ...';

comment on table public.data_transformations_business_entities is 'The links of "Business Entities" in Notion database "Data Transformations Registry".';
comment on column public.data_transformations_business_entities.data_transformation_id is 'The row that has the property.';
comment on column public.data_transformations_business_entities.business_entity_id is 'The row that it points to.';
comment on column public.data_transformations_business_entities.position is 'Notion''s order: 0, 1, ...';

comment on table public.notification_templates_business_entities is 'The links of "Business Entities" in Notion database "Notifications Templates".';
comment on column public.notification_templates_business_entities.notification_template_id is 'The row that has the property.';
comment on column public.notification_templates_business_entities.business_entity_id is 'The row that it points to.';
comment on column public.notification_templates_business_entities.position is 'Notion''s order: 0, 1, ...';

comment on table public.notification_templates_related_workflows is 'The links of "Related Workflows" in Notion database "Notifications Templates".';
comment on column public.notification_templates_related_workflows.notification_template_id is 'The row that has the property.';
comment on column public.notification_templates_related_workflows.workflow_id is 'The row that it points to.';
comment on column public.notification_templates_related_workflows.position is 'Notion''s order: 0, 1, ...';

comment on table public.use_cases_business_entities is 'The links of "Business Entities" in Notion database "Use Cases Library".';
comment on column public.use_cases_business_entities.use_case_id is 'The row that has the property.';
comment on column public.use_cases_business_entities.business_entity_id is 'The row that it points to.';
comment on column public.use_cases_business_entities.position is 'Notion''s order: 0, 1, ...';

comment on table public.use_cases_related_workflows is 'The links of "Related Workflows" in Notion database "Use Cases Library".';
comment on column public.use_cases_related_workflows.use_case_id is 'The row that has the property.';
comment on column public.use_cases_related_workflows.workflow_id is 'The row that it points to.';
comment on column public.use_cases_related_workflows.position is 'Notion''s order: 0, 1, ...';

comment on table public.use_cases_required_integrations is 'The links of "Required Integrations" in Notion database "Use Cases Library".';
comment on column public.use_cases_required_integrations.use_case_id is 'The row that has the property.';
comment on column public.use_cases_required_integrations.api_integration_id is 'The row that it points to.';
comment on column public.use_cases_required_integrations.position is 'Notion''s order: 0, 1, ...';

comment on table public.workflows_required_integrations is 'The links of "Required Integrations" in Notion database "Workflows Library".';
comment on column public.workflows_required_integrations.workflow_id is 'The row that has the property.';
comment on column public.workflows_required_integrations.api_integration_id is 'The row that it points to.';
comment on column public.workflows_required_integrations.position is 'Notion''s order: 0, 1, ...';


-- == The model: what the tables were made for

insert into sync.model (table_name, field, title, type, column_name, link_table, owner_column, target_column, target_table, mirrors, formerly) values
  ('agent_communication_patterns', '', 'Agent Communication Patterns', '', null, null, null, null, null, null, null),
  ('agent_communication_patterns', 'active_workflows_using', 'Active Workflows Using', 'relation', null, 'agent_communication_patterns_active_workflows_using', 'agent_communication_pattern_id', 'workflow_id', 'workflows', null, null),
  ('agent_communication_patterns', 'communication_protocol', 'Communication Protocol', 'select', 'communication_protocol', null, null, null, null, null, null),
  ('agent_communication_patterns', 'created_date', 'Created Date', 'date', 'created_date', null, null, null, null, null, null),
  ('agent_communication_patterns', 'days_since_updated', 'Days Since Updated', 'formula', 'days_since_updated', null, null, null, null, null, null),
  ('agent_communication_patterns', 'description', 'Description', 'rich_text', 'description', null, null, null, null, null, null),
  ('agent_communication_patterns', 'documentation_url', 'Documentation URL', 'url', 'documentation_url', null, null, null, null, null, null),
  ('agent_communication_patterns', 'error_handling', 'Error Handling', 'rich_text', 'error_handling', null, null, null, null, null, null),
  ('agent_communication_patterns', 'last_modified', 'Last Modified', 'last_edited_time', 'last_modified', null, null, null, null, null, null),
  ('agent_communication_patterns', 'last_updated', 'Last Updated', 'date', 'last_updated', null, null, null, null, null, null),
  ('agent_communication_patterns', 'message_format', 'Message Format', 'rich_text', 'message_format', null, null, null, null, null, null),
  ('agent_communication_patterns', 'needs_sync', 'Needs Sync', 'formula', 'needs_sync', null, null, null, null, null, null),
  ('agent_communication_patterns', 'pattern_name', 'Pattern Name', 'title', 'pattern_name', null, null, null, null, null, null),
  ('agent_communication_patterns', 'required_permissions', 'Required Permissions', 'multi_select', 'required_permissions', null, null, null, null, null, null),
  ('agent_communication_patterns', 'sample_payload', 'Sample Payload', 'rich_text', 'sample_payload', null, null, null, null, null, null),
  ('agent_communication_patterns', 'source_agent_id', 'Source Agent', 'relation', 'source_agent_id', null, null, null, 'agents', null, null),
  ('agent_communication_patterns', 'status', 'Status', 'select', 'status', null, null, null, null, null, null),
  ('agent_communication_patterns', 'success_criteria', 'Success Criteria', 'rich_text', 'success_criteria', null, null, null, null, null, null),
  ('agent_communication_patterns', 'tags', 'Tags', 'multi_select', 'tags', null, null, null, null, null, null),
  ('agent_communication_patterns', 'target_agent_id', 'Target Agent', 'relation', 'target_agent_id', null, null, null, 'agents', null, null),
  ('agent_communication_patterns', 'timeout_settings', 'Timeout Settings', 'number', 'timeout_settings', null, null, null, null, null, null),
  ('agent_communication_patterns', 'usage_count', 'Usage Count', 'formula', 'usage_count', null, null, null, null, null, null),
  ('agent_communication_patterns', 'version', 'Version', 'rich_text', 'version', null, null, null, null, null, null),
  ('agents', '', 'Agent Registry', '', null, null, null, null, null, null, null),
  ('agents', 'agent_id', 'Agent ID', 'rich_text', 'agent_id', null, null, null, null, null, null),
  ('agents', 'agent_name', 'Agent Name', 'title', 'agent_name', null, null, null, null, null, null),
  ('agents', 'api_count', 'API Count', 'formula', 'api_count', null, null, null, null, null, null),
  ('agents', 'api_integrations', 'API Integrations', 'relation', null, 'agents_api_integrations', 'agent_id', 'api_integration_id', 'api_integrations', null, null),
  ('agents', 'business_entity_association', 'Business Entity Association', 'relation', null, 'business_entities_active_agents', 'agent_id', 'business_entity_id', 'business_entities', 'business_entities.Active Agents', null),
  ('agents', 'capabilities', 'Capabilities', 'multi_select', 'capabilities', null, null, null, null, null, null),
  ('agents', 'communication_patterns', 'Communication Patterns', 'relation', null, 'agents_communication_patterns', 'agent_id', 'agent_communication_pattern_id', 'agent_communication_patterns', null, null),
  ('agents', 'data_transformations', 'Data Transformations', 'relation', null, 'agents_data_transformations', 'agent_id', 'data_transformation_id', 'data_transformations', null, null),
  ('agents', 'days_since_last_execution', 'Days Since Last Execution', 'formula', 'days_since_last_execution', null, null, null, null, null, null),
  ('agents', 'description', 'Description', 'rich_text', 'description', null, null, null, null, null, null),
  ('agents', 'documentation_url', 'Documentation URL', 'url', 'documentation_url', null, null, null, null, null, null),
  ('agents', 'execution_count', 'Execution Count', 'number', 'execution_count', null, null, null, null, null, null),
  ('agents', 'last_execution', 'Last Execution', 'date', 'last_execution', null, null, null, null, null, null),
  ('agents', 'last_modified', 'Last Modified', 'last_edited_time', 'last_modified', null, null, null, null, null, null),
  ('agents', 'needs_sync', 'Needs Sync', 'formula', 'needs_sync', null, null, null, null, null, null),
  ('agents', 'owner', 'Owner', 'people', 'owner', null, null, null, null, null, null),
  ('agents', 'primary_apis_utilized', 'Primary APIs Utilized', 'multi_select', 'primary_apis_utilized', null, null, null, null, null, null),
  ('agents', 'runtime_environment', 'Runtime Environment', 'select', 'runtime_environment', null, null, null, null, null, null),
  ('agents', 'source_code_location', 'Source Code Location', 'rich_text', 'source_code_location', null, null, null, null, null, null),
  ('agents', 'status', 'Status', 'select', 'status', null, null, null, null, null, null),
  ('agents', 'success_rate', 'Success Rate', 'number', 'success_rate', null, null, null, null, null, null),
  ('agents', 'version', 'Version', 'rich_text', 'version', null, null, null, null, null, null),
  ('agents', 'workflows', 'Workflows', 'relation', null, 'agents_workflows', 'agent_id', 'workflow_id', 'workflows', null, null),
  ('api_integrations', '', 'API Integrations Catalog', '', null, null, null, null, null, null, null),
  ('api_integrations', 'agents_using', 'Agents Using', 'relation', null, 'agents_api_integrations', 'api_integration_id', 'agent_id', 'agents', 'agents.API Integrations', null),
  ('api_integrations', 'api_key_reference', 'API Key Reference', 'rich_text', 'api_key_reference', null, null, null, null, null, null),
  ('api_integrations', 'api_platform', 'API Platform', 'select', 'api_platform', null, null, null, null, null, null),
  ('api_integrations', 'api_version', 'API Version', 'rich_text', 'api_version', null, null, null, null, null, null),
  ('api_integrations', 'auth_method', 'Auth Method', 'select', 'auth_method', null, null, null, null, null, null),
  ('api_integrations', 'base_url', 'Base URL', 'url', 'base_url', null, null, null, null, null, null),
  ('api_integrations', 'business_entities', 'Business Entities', 'relation', null, 'api_integrations_business_entities', 'api_integration_id', 'business_entity_id', 'business_entities', null, null),
  ('api_integrations', 'data_mapping', 'Data Mapping', 'relation', null, 'api_integrations_data_mapping', 'api_integration_id', 'data_transformation_id', 'data_transformations', null, null),
  ('api_integrations', 'days_since_tested', 'Days Since Tested', 'formula', 'days_since_tested', null, null, null, null, null, null),
  ('api_integrations', 'description', 'Description', 'rich_text', 'description', null, null, null, null, null, null),
  ('api_integrations', 'documentation_url', 'Documentation URL', 'url', 'documentation_url', null, null, null, null, null, null),
  ('api_integrations', 'endpoints_used', 'Endpoints Used', 'rich_text', 'endpoints_used', null, null, null, null, null, null),
  ('api_integrations', 'implementation_notes', 'Implementation Notes', 'rich_text', 'implementation_notes', null, null, null, null, null, null),
  ('api_integrations', 'integration_id', 'Integration ID', 'rich_text', 'integration_id', null, null, null, null, null, null),
  ('api_integrations', 'integration_name', 'Integration Name', 'title', 'integration_name', null, null, null, null, null, null),
  ('api_integrations', 'last_modified', 'Last Modified', 'last_edited_time', 'last_modified', null, null, null, null, null, null),
  ('api_integrations', 'last_tested', 'Last Tested', 'date', 'last_tested', null, null, null, null, null, null),
  ('api_integrations', 'needs_sync', 'Needs Sync', 'formula', 'needs_sync', null, null, null, null, null, null),
  ('api_integrations', 'owner', 'Owner', 'people', 'owner', null, null, null, null, null, null),
  ('api_integrations', 'rate_limits', 'Rate Limits', 'rich_text', 'rate_limits', null, null, null, null, null, null),
  ('api_integrations', 'status', 'Status', 'select', 'status', null, null, null, null, null, null),
  ('api_integrations', 'tags', 'Tags', 'multi_select', 'tags', null, null, null, null, null, null),
  ('api_integrations', 'usage_count', 'Usage Count', 'formula', 'usage_count', null, null, null, null, null, null),
  ('business_entities', '', 'Business Entities Registry', '', null, null, null, null, null, null, null),
  ('business_entities', 'active_agents', 'Active Agents', 'relation', null, 'business_entities_active_agents', 'business_entity_id', 'agent_id', 'agents', null, null),
  ('business_entities', 'api_keys_reference', 'API Keys Reference', 'rich_text', 'api_keys_reference', null, null, null, null, null, null),
  ('business_entities', 'days_since_sync', 'Days Since Sync', 'formula', 'days_since_sync', null, null, null, null, null, null),
  ('business_entities', 'entity_type', 'Entity Type', 'select', 'entity_type', null, null, null, null, null, null),
  ('business_entities', 'integration_status', 'Integration Status', 'select', 'integration_status', null, null, null, null, null, null),
  ('business_entities', 'last_modified', 'Last Modified', 'last_edited_time', 'last_modified', null, null, null, null, null, null),
  ('business_entities', 'name', 'Name', 'title', 'name', null, null, null, null, null, null),
  ('business_entities', 'needs_sync', 'Needs Sync', 'formula', 'needs_sync', null, null, null, null, null, null),
  ('business_entities', 'primary_workflows', 'Primary Workflows', 'relation', null, 'business_entities_primary_workflows', 'business_entity_id', 'workflow_id', 'workflows', null, null),
  ('community_members', '', 'Community Hub', '', null, null, null, null, null, null, null),
  ('community_members', 'badges', 'Badges', 'multi_select', 'badges', null, null, null, null, null, null),
  ('community_members', 'business_entity_id', 'Business Entity', 'relation', 'business_entity_id', null, null, null, 'business_entities', null, null),
  ('community_members', 'contact_profile_id', 'Contact Profile', 'relation', 'contact_profile_id', null, null, null, 'contacts_profiles', null, null),
  ('community_members', 'days_since_active', 'Days Since Active', 'formula', 'days_since_active', null, null, null, null, null, null),
  ('community_members', 'engagement_score', 'Engagement Score', 'number', 'engagement_score', null, null, null, null, null, null),
  ('community_members', 'interests', 'Interests', 'multi_select', 'interests', null, null, null, null, null, null),
  ('community_members', 'join_date', 'Join Date', 'date', 'join_date', null, null, null, null, null, null),
  ('community_members', 'last_active_date', 'Last Active Date', 'date', 'last_active_date', null, null, null, null, null, null),
  ('community_members', 'last_modified', 'Last Modified', 'last_edited_time', 'last_modified', null, null, null, null, null, null),
  ('community_members', 'member_email', 'Member Email', 'email', 'member_email', null, null, null, null, null, null),
  ('community_members', 'member_id', 'Member ID', 'rich_text', 'member_id', null, null, null, null, null, null),
  ('community_members', 'member_name', 'Member Name', 'title', 'member_name', null, null, null, null, null, null),
  ('community_members', 'membership_age', 'Membership Age', 'formula', 'membership_age', null, null, null, null, null, null),
  ('community_members', 'membership_level', 'Membership Level', 'select', 'membership_level', null, null, null, null, null, null),
  ('community_members', 'membership_status', 'Membership Status', 'select', 'membership_status', null, null, null, null, null, null),
  ('community_members', 'needs_sync', 'Needs Sync', 'formula', 'needs_sync', null, null, null, null, null, null),
  ('community_members', 'platform_ids', 'Platform IDs', 'rich_text', 'platform_ids', null, null, null, null, null, null),
  ('community_members', 'primary_platform', 'Primary Platform', 'select', 'primary_platform', null, null, null, null, null, null),
  ('contacts_profiles', '', 'Contacts & Profiles', '', null, null, null, null, null, null, null),
  ('contacts_profiles', 'address', 'Address', 'rich_text', 'address', null, null, null, null, null, null),
  ('contacts_profiles', 'business_entity_id', 'Business Entity', 'relation', 'business_entity_id', null, null, null, 'business_entities', null, null),
  ('contacts_profiles', 'city', 'City', 'rich_text', 'city', null, null, null, null, null, null),
  ('contacts_profiles', 'company', 'Company', 'rich_text', 'company', null, null, null, null, null, null),
  ('contacts_profiles', 'contact_id', 'Contact ID', 'rich_text', 'contact_id', null, null, null, null, null, null),
  ('contacts_profiles', 'contact_type', 'Contact Type', 'select', 'contact_type', null, null, null, null, null, null),
  ('contacts_profiles', 'country', 'Country', 'select', 'country', null, null, null, null, null, null),
  ('contacts_profiles', 'date_added', 'Date Added', 'date', 'date_added', null, null, null, null, null, null),
  ('contacts_profiles', 'days_since_last_interaction', 'Days Since Last Interaction', 'formula', 'days_since_last_interaction', null, null, null, null, null, null),
  ('contacts_profiles', 'email', 'Email', 'email', 'email', null, null, null, null, null, null),
  ('contacts_profiles', 'external_ids', 'External IDs', 'rich_text', 'external_ids', null, null, null, null, null, null),
  ('contacts_profiles', 'full_name', 'Full Name', 'title', 'full_name', null, null, null, null, null, null),
  ('contacts_profiles', 'job_title', 'Job Title', 'rich_text', 'job_title', null, null, null, null, null, null),
  ('contacts_profiles', 'last_interaction', 'Last Interaction', 'date', 'last_interaction', null, null, null, null, null, null),
  ('contacts_profiles', 'last_modified', 'Last Modified', 'last_edited_time', 'last_modified', null, null, null, null, null, null),
  ('contacts_profiles', 'lead_source', 'Lead Source', 'select', 'lead_source', null, null, null, null, null, null),
  ('contacts_profiles', 'needs_sync', 'Needs Sync', 'formula', 'needs_sync', null, null, null, null, null, null),
  ('contacts_profiles', 'notes', 'Notes', 'rich_text', 'notes', null, null, null, null, null, null),
  ('contacts_profiles', 'phone', 'Phone', 'phone_number', 'phone', null, null, null, null, null, null),
  ('contacts_profiles', 'postal_code', 'Postal Code', 'rich_text', 'postal_code', null, null, null, null, null, null),
  ('contacts_profiles', 'state_province', 'State/Province', 'rich_text', 'state_province', null, null, null, null, null, null),
  ('contacts_profiles', 'status', 'Status', 'select', 'status', null, null, null, null, null, null),
  ('contacts_profiles', 'tags', 'Tags', 'multi_select', 'tags', null, null, null, null, null, null),
  ('data_transformations', '', 'Data Transformations Registry', '', null, null, null, null, null, null, null),
  ('data_transformations', 'agents_using', 'Agents Using', 'relation', null, 'agents_data_transformations', 'data_transformation_id', 'agent_id', 'agents', 'agents.Data Transformations', null),
  ('data_transformations', 'business_entities', 'Business Entities', 'relation', null, 'data_transformations_business_entities', 'data_transformation_id', 'business_entity_id', 'business_entities', null, null),
  ('data_transformations', 'created_date', 'Created Date', 'date', 'created_date', null, null, null, null, null, null),
  ('data_transformations', 'days_since_updated', 'Days Since Updated', 'formula', 'days_since_updated', null, null, null, null, null, null),
  ('data_transformations', 'description', 'Description', 'rich_text', 'description', null, null, null, null, null, null),
  ('data_transformations', 'last_modified', 'Last Modified', 'last_edited_time', 'last_modified', null, null, null, null, null, null),
  ('data_transformations', 'last_updated', 'Last Updated', 'date', 'last_updated', null, null, null, null, null, null),
  ('data_transformations', 'needs_sync', 'Needs Sync', 'formula', 'needs_sync', null, null, null, null, null, null),
  ('data_transformations', 'owner', 'Owner', 'people', 'owner', null, null, null, null, null, null),
  ('data_transformations', 'related_api_integrations', 'Related API Integrations', 'relation', null, 'api_integrations_data_mapping', 'data_transformation_id', 'api_integration_id', 'api_integrations', 'api_integrations.Data Mapping', null),
  ('data_transformations', 'sample_input', 'Sample Input', 'rich_text', 'sample_input', null, null, null, null, null, null),
  ('data_transformations', 'sample_output', 'Sample Output', 'rich_text', 'sample_output', null, null, null, null, null, null),
  ('data_transformations', 'source_format', 'Source Format', 'select', 'source_format', null, null, null, null, null, null),
  ('data_transformations', 'source_system', 'Source System', 'select', 'source_system', null, null, null, null, null, null),
  ('data_transformations', 'status', 'Status', 'select', 'status', null, null, null, null, null, null),
  ('data_transformations', 'tags', 'Tags', 'multi_select', 'tags', null, null, null, null, null, null),
  ('data_transformations', 'target_format', 'Target Format', 'select', 'target_format', null, null, null, null, null, null),
  ('data_transformations', 'target_system', 'Target System', 'select', 'target_system', null, null, null, null, null, null),
  ('data_transformations', 'transformation_id', 'Transformation ID', 'rich_text', 'transformation_id', null, null, null, null, null, null),
  ('data_transformations', 'transformation_logic', 'Transformation Logic', 'rich_text', 'transformation_logic', null, null, null, null, null, null),
  ('data_transformations', 'transformation_name', 'Transformation Name', 'title', 'transformation_name', null, null, null, null, null, null),
  ('data_transformations', 'usage_count', 'Usage Count', 'formula', 'usage_count', null, null, null, null, null, null),
  ('data_transformations', 'version', 'Version', 'rich_text', 'version', null, null, null, null, null, null),
  ('feedback_surveys', '', 'Feedback & Surveys', '', null, null, null, null, null, null, null),
  ('feedback_surveys', 'action_items', 'Action Items', 'relation', null, 'feedback_surveys_action_items', 'feedback_survey_id', 'task_id', 'tasks', null, null),
  ('feedback_surveys', 'business_entity_id', 'Business Entity', 'relation', 'business_entity_id', null, null, null, 'business_entities', null, null),
  ('feedback_surveys', 'contact_id', 'Contact', 'relation', 'contact_id', null, null, null, 'contacts_profiles', null, null),
  ('feedback_surveys', 'date_received', 'Date Received', 'date', 'date_received', null, null, null, null, null, null),
  ('feedback_surveys', 'days_since_received', 'Days Since Received', 'formula', 'days_since_received', null, null, null, null, null, null),
  ('feedback_surveys', 'external_reference_id', 'External Reference ID', 'rich_text', 'external_reference_id', null, null, null, null, null, null),
  ('feedback_surveys', 'feedback_content', 'Feedback Content', 'rich_text', 'feedback_content', null, null, null, null, null, null),
  ('feedback_surveys', 'feedback_id', 'Feedback ID', 'rich_text', 'feedback_id', null, null, null, null, null, null),
  ('feedback_surveys', 'feedback_type', 'Feedback Type', 'select', 'feedback_type', null, null, null, null, null, null),
  ('feedback_surveys', 'last_modified', 'Last Modified', 'last_edited_time', 'last_modified', null, null, null, null, null, null),
  ('feedback_surveys', 'needs_sync', 'Needs Sync', 'formula', 'needs_sync', null, null, null, null, null, null),
  ('feedback_surveys', 'rating', 'Rating', 'number', 'rating', null, null, null, null, null, null),
  ('feedback_surveys', 'related_product_service_id', 'Related Product/Service', 'relation', 'related_product_service_id', null, null, null, 'products_services', null, null),
  ('feedback_surveys', 'related_workflow_instance_id', 'Related Workflow Instance', 'relation', 'related_workflow_instance_id', null, null, null, 'workflow_instances', null, null),
  ('feedback_surveys', 'response', 'Response', 'rich_text', 'response', null, null, null, null, null, null),
  ('feedback_surveys', 'response_date', 'Response Date', 'date', 'response_date', null, null, null, null, null, null),
  ('feedback_surveys', 'response_time', 'Response Time', 'formula', 'response_time', null, null, null, null, null, null),
  ('feedback_surveys', 'sentiment', 'Sentiment', 'select', 'sentiment', null, null, null, null, null, null),
  ('feedback_surveys', 'source', 'Source', 'select', 'source', null, null, null, null, null, null),
  ('feedback_surveys', 'status', 'Status', 'select', 'status', null, null, null, null, null, null),
  ('feedback_surveys', 'tags', 'Tags', 'multi_select', 'tags', null, null, null, null, null, null),
  ('feedback_surveys', 'title', 'Title', 'title', 'title', null, null, null, null, null, null),
  ('marketing_campaigns', '', 'Marketing Campaigns', '', null, null, null, null, null, null, null),
  ('marketing_campaigns', 'budget', 'Budget', 'number', 'budget', null, null, null, null, null, null),
  ('marketing_campaigns', 'business_entity_id', 'Business Entity', 'relation', 'business_entity_id', null, null, null, 'business_entities', null, null),
  ('marketing_campaigns', 'campaign_duration', 'Campaign Duration', 'formula', 'campaign_duration', null, null, null, null, null, null),
  ('marketing_campaigns', 'campaign_id', 'Campaign ID', 'rich_text', 'campaign_id', null, null, null, null, null, null),
  ('marketing_campaigns', 'campaign_name', 'Campaign Name', 'title', 'campaign_name', null, null, null, null, null, null),
  ('marketing_campaigns', 'campaign_status_color', 'Campaign Status Color', 'formula', 'campaign_status_color', null, null, null, null, null, null),
  ('marketing_campaigns', 'campaign_type', 'Campaign Type', 'select', 'campaign_type', null, null, null, null, null, null),
  ('marketing_campaigns', 'channels', 'Channels', 'multi_select', 'channels', null, null, null, null, null, null),
  ('marketing_campaigns', 'content_pieces', 'Content Pieces', 'rich_text', 'content_pieces', null, null, null, null, null, null),
  ('marketing_campaigns', 'description', 'Description', 'rich_text', 'description', null, null, null, null, null, null),
  ('marketing_campaigns', 'end_date', 'End Date', 'date', 'end_date', null, null, null, null, null, null),
  ('marketing_campaigns', 'goals', 'Goals', 'rich_text', 'goals', null, null, null, null, null, null),
  ('marketing_campaigns', 'last_modified', 'Last Modified', 'last_edited_time', 'last_modified', null, null, null, null, null, null),
  ('marketing_campaigns', 'needs_sync', 'Needs Sync', 'formula', 'needs_sync', null, null, null, null, null, null),
  ('marketing_campaigns', 'owner', 'Owner', 'people', 'owner', null, null, null, null, null, null),
  ('marketing_campaigns', 'performance_metrics', 'Performance Metrics', 'rich_text', 'performance_metrics', null, null, null, null, null, null),
  ('marketing_campaigns', 'related_products', 'Related Products', 'relation', null, 'marketing_campaigns_related_products', 'marketing_campaign_id', 'product_service_id', 'products_services', null, null),
  ('marketing_campaigns', 'start_date', 'Start Date', 'date', 'start_date', null, null, null, null, null, null),
  ('marketing_campaigns', 'status', 'Status', 'select', 'status', null, null, null, null, null, null),
  ('marketing_campaigns', 'target_audience', 'Target Audience', 'multi_select', 'target_audience', null, null, null, null, null, null),
  ('marketing_campaigns', 'workflow_instance_id', 'Workflow Instance', 'relation', 'workflow_instance_id', null, null, null, 'workflow_instances', null, null),
  ('notification_templates', '', 'Notifications Templates', '', null, null, null, null, null, null, null),
  ('notification_templates', 'business_entities', 'Business Entities', 'relation', null, 'notification_templates_business_entities', 'notification_template_id', 'business_entity_id', 'business_entities', null, null),
  ('notification_templates', 'channel', 'Channel', 'select', 'channel', null, null, null, null, null, null),
  ('notification_templates', 'content_template', 'Content Template', 'rich_text', 'content_template', null, null, null, null, null, null),
  ('notification_templates', 'created_by', 'Created By', 'people', 'created_by', null, null, null, null, null, null),
  ('notification_templates', 'created_date', 'Created Date', 'date', 'created_date', null, null, null, null, null, null),
  ('notification_templates', 'days_since_last_sent', 'Days Since Last Sent', 'formula', 'days_since_last_sent', null, null, null, null, null, null),
  ('notification_templates', 'days_since_updated', 'Days Since Updated', 'formula', 'days_since_updated', null, null, null, null, null, null),
  ('notification_templates', 'description', 'Description', 'rich_text', 'description', null, null, null, null, null, null),
  ('notification_templates', 'last_modified', 'Last Modified', 'last_edited_time', 'last_modified', null, null, null, null, null, null),
  ('notification_templates', 'last_sent', 'Last Sent', 'date', 'last_sent', null, null, null, null, null, null),
  ('notification_templates', 'last_updated', 'Last Updated', 'date', 'last_updated', null, null, null, null, null, null),
  ('notification_templates', 'needs_sync', 'Needs Sync', 'formula', 'needs_sync', null, null, null, null, null, null),
  ('notification_templates', 'related_workflows', 'Related Workflows', 'relation', null, 'notification_templates_related_workflows', 'notification_template_id', 'workflow_id', 'workflows', null, null),
  ('notification_templates', 'sample_rendered_output', 'Sample Rendered Output', 'rich_text', 'sample_rendered_output', null, null, null, null, null, null),
  ('notification_templates', 'send_count', 'Send Count', 'number', 'send_count', null, null, null, null, null, null),
  ('notification_templates', 'status', 'Status', 'select', 'status', null, null, null, null, null, null),
  ('notification_templates', 'subject_template', 'Subject Template', 'rich_text', 'subject_template', null, null, null, null, null, null),
  ('notification_templates', 'supported_placeholders', 'Supported Placeholders', 'rich_text', 'supported_placeholders', null, null, null, null, null, null),
  ('notification_templates', 'tags', 'Tags', 'multi_select', 'tags', null, null, null, null, null, null),
  ('notification_templates', 'template_id', 'Template ID', 'rich_text', 'template_id', null, null, null, null, null, null),
  ('notification_templates', 'template_name', 'Template Name', 'title', 'template_name', null, null, null, null, null, null),
  ('notification_templates', 'trigger_event', 'Trigger Event', 'select', 'trigger_event', null, null, null, null, null, null),
  ('notification_templates', 'version', 'Version', 'rich_text', 'version', null, null, null, null, null, null),
  ('products_services', '', 'Products & Services', '', null, null, null, null, null, null, null),
  ('products_services', 'booking_link', 'Booking Link', 'url', 'booking_link', null, null, null, null, null, null),
  ('products_services', 'business_entity_id', 'Business Entity', 'relation', 'business_entity_id', null, null, null, 'business_entities', null, null),
  ('products_services', 'categories', 'Categories', 'multi_select', 'categories', null, null, null, null, null, null),
  ('products_services', 'description', 'Description', 'rich_text', 'description', null, null, null, null, null, null),
  ('products_services', 'duration_minutes', 'Duration Minutes', 'number', 'duration_minutes', null, null, null, null, null, null),
  ('products_services', 'external_id', 'External ID', 'rich_text', 'external_id', null, null, null, null, null, null),
  ('products_services', 'images', 'Images', 'files', 'images', null, null, null, null, null, null),
  ('products_services', 'integration_system', 'Integration System', 'select', 'integration_system', null, null, null, null, null, null),
  ('products_services', 'inventory_count', 'Inventory Count', 'number', 'inventory_count', null, null, null, null, null, null),
  ('products_services', 'is_physical', 'Is Physical', 'formula', 'is_physical', null, null, null, null, null, null),
  ('products_services', 'last_modified', 'Last Modified', 'last_edited_time', 'last_modified', null, null, null, null, null, null),
  ('products_services', 'name', 'Name', 'title', 'name', null, null, null, null, null, null),
  ('products_services', 'needs_sync', 'Needs Sync', 'formula', 'needs_sync', null, null, null, null, null, null),
  ('products_services', 'price', 'Price', 'number', 'price', null, null, null, null, null, null),
  ('products_services', 'price_tier', 'Price Tier', 'formula', 'price_tier', null, null, null, null, null, null),
  ('products_services', 'product_id', 'Product ID', 'rich_text', 'product_id', null, null, null, null, null, null),
  ('products_services', 'status', 'Status', 'select', 'status', null, null, null, null, null, null),
  ('products_services', 'tags', 'Tags', 'multi_select', 'tags', null, null, null, null, null, null),
  ('products_services', 'type', 'Type', 'select', 'type', null, null, null, null, null, null),
  ('rewards_bounties', '', 'Rewards & Bounties', '', null, null, null, null, null, null, null),
  ('rewards_bounties', 'business_entity_id', 'Business Entity', 'relation', 'business_entity_id', null, null, null, 'business_entities', null, null),
  ('rewards_bounties', 'days_remaining', 'Days Remaining', 'formula', 'days_remaining', null, null, null, null, null, null),
  ('rewards_bounties', 'description', 'Description', 'rich_text', 'description', null, null, null, null, null, null),
  ('rewards_bounties', 'eligibility_criteria', 'Eligibility Criteria', 'rich_text', 'eligibility_criteria', null, null, null, null, null, null),
  ('rewards_bounties', 'end_date', 'End Date', 'date', 'end_date', null, null, null, null, null, null),
  ('rewards_bounties', 'image', 'Image', 'files', 'image', null, null, null, null, null, null),
  ('rewards_bounties', 'last_modified', 'Last Modified', 'last_edited_time', 'last_modified', null, null, null, null, null, null),
  ('rewards_bounties', 'maximum_redemptions', 'Maximum Redemptions', 'number', 'maximum_redemptions', null, null, null, null, null, null),
  ('rewards_bounties', 'monetary_value', 'Monetary Value', 'number', 'monetary_value', null, null, null, null, null, null),
  ('rewards_bounties', 'needs_sync', 'Needs Sync', 'formula', 'needs_sync', null, null, null, null, null, null),
  ('rewards_bounties', 'points_value', 'Points Value', 'number', 'points_value', null, null, null, null, null, null),
  ('rewards_bounties', 'redemption_code', 'Redemption Code', 'rich_text', 'redemption_code', null, null, null, null, null, null),
  ('rewards_bounties', 'redemption_count', 'Redemption Count', 'number', 'redemption_count', null, null, null, null, null, null),
  ('rewards_bounties', 'redemption_instructions', 'Redemption Instructions', 'rich_text', 'redemption_instructions', null, null, null, null, null, null),
  ('rewards_bounties', 'redemption_percentage', 'Redemption Percentage', 'formula', 'redemption_percentage', null, null, null, null, null, null),
  ('rewards_bounties', 'related_products', 'Related Products', 'relation', null, 'rewards_bounties_related_products', 'reward_bounty_id', 'product_service_id', 'products_services', null, null),
  ('rewards_bounties', 'reward_id', 'Reward ID', 'rich_text', 'reward_id', null, null, null, null, null, null),
  ('rewards_bounties', 'reward_name', 'Reward Name', 'title', 'reward_name', null, null, null, null, null, null),
  ('rewards_bounties', 'reward_type', 'Reward Type', 'select', 'reward_type', null, null, null, null, null, null),
  ('rewards_bounties', 'start_date', 'Start Date', 'date', 'start_date', null, null, null, null, null, null),
  ('rewards_bounties', 'status', 'Status', 'select', 'status', null, null, null, null, null, null),
  ('rewards_bounties', 'target_audience', 'Target Audience', 'multi_select', 'target_audience', null, null, null, null, null, null),
  ('tasks', '', 'Master Tasks Database', '', null, null, null, null, null, null, null),
  ('tasks', 'actual_time', 'Actual Time', 'number', 'actual_time', null, null, null, null, null, null),
  ('tasks', 'assigned_to', 'Assigned To', 'people', 'assigned_to', null, null, null, null, null, null),
  ('tasks', 'completed_date', 'Completed Date', 'date', 'completed_date', null, null, null, null, null, null),
  ('tasks', 'completion_time', 'Completion Time', 'formula', 'completion_time', null, null, null, null, null, null),
  ('tasks', 'created_by', 'Created By', 'rich_text', 'created_by', null, null, null, null, null, null),
  ('tasks', 'created_date', 'Created Date', 'date', 'created_date', null, null, null, null, null, null),
  ('tasks', 'days_until_due', 'Days Until Due', 'formula', 'days_until_due', null, null, null, null, null, null),
  ('tasks', 'dependencies', 'Dependencies', 'relation', null, 'tasks_dependencies', 'task_id', 'dependency_id', 'tasks', null, null),
  ('tasks', 'description', 'Description', 'rich_text', 'description', null, null, null, null, null, null),
  ('tasks', 'due_date', 'Due Date', 'date', 'due_date', null, null, null, null, null, null),
  ('tasks', 'estimated_time', 'Estimated Time', 'number', 'estimated_time', null, null, null, null, null, null),
  ('tasks', 'last_edited_date', 'Last Edited Date', 'date', 'last_edited_date', null, null, null, null, null, null),
  ('tasks', 'last_modified', 'Last Modified', 'last_edited_time', 'last_modified', null, null, null, null, null, null),
  ('tasks', 'needs_sync', 'Needs Sync', 'formula', 'needs_sync', null, null, null, null, null, null),
  ('tasks', 'notes', 'Notes', 'rich_text', 'notes', null, null, null, null, null, null),
  ('tasks', 'priority', 'Priority', 'select', 'priority', null, null, null, null, null, null),
  ('tasks', 'related_business_entity_id', 'Related Business Entity', 'relation', 'related_business_entity_id', null, null, null, 'business_entities', null, null),
  ('tasks', 'related_workflow_instance_id', 'Related Workflow Instance', 'relation', 'related_workflow_instance_id', null, null, null, 'workflow_instances', null, null),
  ('tasks', 'source', 'Source', 'select', 'source', null, null, null, null, null, null),
  ('tasks', 'status', 'Status', 'select', 'status', null, null, null, null, null, null),
  ('tasks', 'subtasks', 'Subtasks', 'relation', null, 'tasks_subtasks', 'task_id', 'subtask_id', 'tasks', null, null),
  ('tasks', 'tags', 'Tags', 'multi_select', 'tags', null, null, null, null, null, null),
  ('tasks', 'task_id', 'Task ID', 'rich_text', 'task_id', null, null, null, null, null, null),
  ('tasks', 'task_name', 'Task Name', 'title', 'task_name', null, null, null, null, null, null),
  ('use_cases', '', 'Use Cases Library', '', null, null, null, null, null, null, null),
  ('use_cases', 'acceptance_criteria', 'Acceptance Criteria', 'rich_text', 'acceptance_criteria', null, null, null, null, null, null),
  ('use_cases', 'actual_implementation_date', 'Actual Implementation Date', 'date', 'actual_implementation_date', null, null, null, null, null, null),
  ('use_cases', 'business_entities', 'Business Entities', 'relation', null, 'use_cases_business_entities', 'use_case_id', 'business_entity_id', 'business_entities', null, null),
  ('use_cases', 'business_value', 'Business Value', 'rich_text', 'business_value', null, null, null, null, null, null),
  ('use_cases', 'complexity', 'Complexity', 'select', 'complexity', null, null, null, null, null, null),
  ('use_cases', 'created_date', 'Created Date', 'date', 'created_date', null, null, null, null, null, null),
  ('use_cases', 'description', 'Description', 'rich_text', 'description', null, null, null, null, null, null),
  ('use_cases', 'documentation_url', 'Documentation URL', 'url', 'documentation_url', null, null, null, null, null, null),
  ('use_cases', 'estimated_effort', 'Estimated Effort', 'select', 'estimated_effort', null, null, null, null, null, null),
  ('use_cases', 'implementation_delay', 'Implementation Delay', 'formula', 'implementation_delay', null, null, null, null, null, null),
  ('use_cases', 'implementation_status', 'Implementation Status', 'select', 'implementation_status', null, null, null, null, null, null),
  ('use_cases', 'last_modified', 'Last Modified', 'last_edited_time', 'last_modified', null, null, null, null, null, null),
  ('use_cases', 'needs_sync', 'Needs Sync', 'formula', 'needs_sync', null, null, null, null, null, null),
  ('use_cases', 'priority', 'Priority', 'select', 'priority', null, null, null, null, null, null),
  ('use_cases', 'related_workflows', 'Related Workflows', 'relation', null, 'use_cases_related_workflows', 'use_case_id', 'workflow_id', 'workflows', null, null),
  ('use_cases', 'required_integrations', 'Required Integrations', 'relation', null, 'use_cases_required_integrations', 'use_case_id', 'api_integration_id', 'api_integrations', null, null),
  ('use_cases', 'stakeholders', 'Stakeholders', 'people', 'stakeholders', null, null, null, null, null, null),
  ('use_cases', 'tags', 'Tags', 'multi_select', 'tags', null, null, null, null, null, null),
  ('use_cases', 'target_implementation_date', 'Target Implementation Date', 'date', 'target_implementation_date', null, null, null, null, null, null),
  ('use_cases', 'use_case_id', 'Use Case ID', 'rich_text', 'use_case_id', null, null, null, null, null, null),
  ('use_cases', 'use_case_title', 'Use Case Title', 'title', 'use_case_title', null, null, null, null, null, null),
  ('use_cases', 'user_stories', 'User Stories', 'rich_text', 'user_stories', null, null, null, null, null, null),
  ('use_cases', 'workflow_coverage', 'Workflow Coverage', 'formula', 'workflow_coverage', null, null, null, null, null, null),
  ('workflow_instances', '', 'Workflow Instances', '', null, null, null, null, null, null, null),
  ('workflow_instances', 'assigned_agent_id', 'Assigned Agent', 'relation', 'assigned_agent_id', null, null, null, 'agents', null, null),
  ('workflow_instances', 'business_entity_id', 'Business Entity', 'relation', 'business_entity_id', null, null, null, 'business_entities', null, null),
  ('workflow_instances', 'contact_id', 'Contact', 'relation', 'contact_id', null, null, null, 'contacts_profiles', null, null),
  ('workflow_instances', 'current_step', 'Current Step', 'rich_text', 'current_step', null, null, null, null, null, null),
  ('workflow_instances', 'data_payload', 'Data Payload', 'rich_text', 'data_payload', null, null, null, null, null, null),
  ('workflow_instances', 'duration_days', 'Duration Days', 'formula', 'duration_days', null, null, null, null, null, null),
  ('workflow_instances', 'end_date', 'End Date', 'date', 'end_date', null, null, null, null, null, null),
  ('workflow_instances', 'instance_id', 'Instance ID', 'rich_text', 'instance_id', null, null, null, null, null, null),
  ('workflow_instances', 'instance_name', 'Instance Name', 'title', 'instance_name', null, null, null, null, null, null),
  ('workflow_instances', 'last_modified', 'Last Modified', 'last_edited_time', 'last_modified', null, null, null, null, null, null),
  ('workflow_instances', 'needs_sync', 'Needs Sync', 'formula', 'needs_sync', null, null, null, null, null, null),
  ('workflow_instances', 'priority', 'Priority', 'select', 'priority', null, null, null, null, null, null),
  ('workflow_instances', 'related_tasks', 'Related Tasks', 'relation', null, null, null, null, 'tasks', 'tasks.Related Workflow Instance', null),
  ('workflow_instances', 'sla_status', 'SLA Status', 'formula', 'sla_status', null, null, null, null, null, null),
  ('workflow_instances', 'source_system', 'Source System', 'select', 'source_system', null, null, null, null, null, null),
  ('workflow_instances', 'start_date', 'Start Date', 'date', 'start_date', null, null, null, null, null, null),
  ('workflow_instances', 'status', 'Status', 'select', 'status', null, null, null, null, null, null),
  ('workflow_instances', 'step_history', 'Step History', 'rich_text', 'step_history', null, null, null, null, null, null),
  ('workflow_instances', 'workflow_id', 'Workflow', 'relation', 'workflow_id', null, null, null, 'workflows', null, null),
  ('workflows', '', 'Workflows Library', '', null, null, null, null, null, null, null),
  ('workflows', 'active_instances_count', 'Active Instances Count', 'number', 'active_instances_count', null, null, null, null, null, null),
  ('workflows', 'average_completion_time', 'Average Completion Time', 'number', 'average_completion_time', null, null, null, null, null, null),
  ('workflows', 'business_entities', 'Business Entities', 'relation', null, 'business_entities_primary_workflows', 'workflow_id', 'business_entity_id', 'business_entities', 'business_entities.Primary Workflows', null),
  ('workflows', 'created_date', 'Created Date', 'date', 'created_date', null, null, null, null, null, null),
  ('workflows', 'data_schema', 'Data Schema', 'rich_text', 'data_schema', null, null, null, null, null, null),
  ('workflows', 'days_since_updated', 'Days Since Updated', 'formula', 'days_since_updated', null, null, null, null, null, null),
  ('workflows', 'description', 'Description', 'rich_text', 'description', null, null, null, null, null, null),
  ('workflows', 'documentation_url', 'Documentation URL', 'url', 'documentation_url', null, null, null, null, null, null),
  ('workflows', 'integration_count', 'Integration Count', 'formula', 'integration_count', null, null, null, null, null, null),
  ('workflows', 'last_modified', 'Last Modified', 'last_edited_time', 'last_modified', null, null, null, null, null, null),
  ('workflows', 'last_updated', 'Last Updated', 'date', 'last_updated', null, null, null, null, null, null),
  ('workflows', 'needs_sync', 'Needs Sync', 'formula', 'needs_sync', null, null, null, null, null, null),
  ('workflows', 'owner', 'Owner', 'people', 'owner', null, null, null, null, null, null),
  ('workflows', 'related_use_cases', 'Related Use Cases', 'relation', null, 'use_cases_related_workflows', 'workflow_id', 'use_case_id', 'use_cases', 'use_cases.Related Workflows', null),
  ('workflows', 'required_agents', 'Required Agents', 'relation', null, 'agents_workflows', 'workflow_id', 'agent_id', 'agents', 'agents.Workflows', null),
  ('workflows', 'required_integrations', 'Required Integrations', 'relation', null, 'workflows_required_integrations', 'workflow_id', 'api_integration_id', 'api_integrations', null, null),
  ('workflows', 'status', 'Status', 'select', 'status', null, null, null, null, null, null),
  ('workflows', 'success_rate', 'Success Rate', 'number', 'success_rate', null, null, null, null, null, null),
  ('workflows', 'tags', 'Tags', 'multi_select', 'tags', null, null, null, null, null, null),
  ('workflows', 'total_instances_count', 'Total Instances Count', 'number', 'total_instances_count', null, null, null, null, null, null),
  ('workflows', 'trigger_conditions', 'Trigger Conditions', 'rich_text', 'trigger_conditions', null, null, null, null, null, null),
  ('workflows', 'trigger_type', 'Trigger Type', 'select', 'trigger_type', null, null, null, null, null, null),
  ('workflows', 'version', 'Version', 'rich_text', 'version', null, null, null, null, null, null),
  ('workflows', 'workflow_id', 'Workflow ID', 'rich_text', 'workflow_id', null, null, null, null, null, null),
  ('workflows', 'workflow_name', 'Workflow Name', 'title', 'workflow_name', null, null, null, null, null, null),
  ('workflows', 'workflow_steps', 'Workflow Steps', 'rich_text', 'workflow_steps', null, null, null, null, null, null);
